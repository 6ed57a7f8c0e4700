//! The log, on stderr. What people must read at the start goes to stdout instead.
//!
//! A thread of its own writes it: where the device is full or does not take any more, lines are lost and counted, and no
//! request waits for them or fails. (`tracing-appender` would do the first half, and bring `time` with it.)

use crate::config::{Log, LogFormat};
use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, IsTerminal, Write, stderr},
    panic,
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

/// Lines that wait for the device.
const MAX_WAITING_LINES: usize = 1_024;
/// How long the end of the process waits for the last lines.
const GRACE: Duration = Duration::from_secs(1);

static LOST: AtomicU64 = AtomicU64::new(0);

/// Lines that could not be written since the start.
pub fn lost_lines() -> u64 {
    LOST.load(Ordering::Relaxed)
}

enum Message {
    Line(Vec<u8>),
    /// Everything before it has been written.
    Flush(SyncSender<()>),
}

/// Writes lines into a queue.
#[derive(Clone)]
struct Queue(SyncSender<Message>);

impl Write for Queue {
    /// Takes a whole line; always succeeds.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.0.try_send(Message::Line(line.to_vec())).is_err() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Waits, when it is dropped, until the lines before have been written; for a second at most.
#[must_use]
pub struct FlushOnDrop(Queue);

impl Drop for FlushOnDrop {
    fn drop(&mut self) {
        let (done, written) = sync_channel(1);
        if self.0.0.try_send(Message::Flush(done)).is_ok() {
            // Beyond that time the lines are lost.
            let _ = written.recv_timeout(GRACE);
        }
    }
}

/// Starts the log; a second call changes nothing.
///
/// # Errors
/// Where no thread can be started.
pub fn start(log: Log) -> io::Result<FlushOnDrop> {
    let (send, messages) = sync_channel(MAX_WAITING_LINES);
    thread::Builder::new()
        .name("log".into())
        .spawn(move || write(&messages, stderr))?;
    let queue = Queue(send);
    let writer = queue.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(log.filter)
        // It would print to stderr.
        .log_internal_errors(false)
        .with_writer(move || writer.clone());
    let started = match log.format {
        LogFormat::Text => subscriber.with_ansi(stderr().is_terminal()).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
    // The error says that a log is running already, as in tests.
    if started.is_ok() {
        // The usual hook writes to stderr itself, and would wait for it.
        panic::set_hook(Box::new(|panic| {
            let backtrace = Backtrace::capture();
            if backtrace.status() == BacktraceStatus::Captured {
                tracing::error!("{panic}\n{backtrace}");
            } else {
                tracing::error!("{panic}");
            }
        }));
    }
    Ok(FlushOnDrop(queue))
}

fn write<W: Write>(messages: &Receiver<Message>, device: impl Fn() -> W) {
    for message in messages {
        match message {
            Message::Line(line) => {
                if device().write_all(&line).is_err() {
                    LOST.fetch_add(1, Ordering::Relaxed);
                }
            }
            // Whoever waited may have gone.
            Message::Flush(done) => drop(done.send(())),
        }
    }
}
