//! The log, on standard error.
//!
//! A thread of its own writes it. Where the device is full or blocked, lines are dropped and counted, and no request waits or
//! fails. (`tracing-appender` does not count the lines of a full device.)

use crate::config::{LogConfig, LogFormat};
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

/// Maximum number of lines that wait for the device.
const MAX_WAITING_LINES: usize = 1_024;
/// How long the end of the process waits for the last lines.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

static LOST_LINES: AtomicU64 = AtomicU64::new(0);

/// Returns the number of lines that could not be written since the start.
pub fn lost_lines() -> u64 {
    LOST_LINES.load(Ordering::Relaxed)
}

enum Message {
    Line(Vec<u8>),
    /// Replies when all lines before it have been written.
    Flush(SyncSender<()>),
}

/// A writer of lines into the queue of the log's thread.
#[derive(Clone)]
struct LineQueue(SyncSender<Message>);

impl Write for LineQueue {
    /// Queues a whole line. Always succeeds; a line that finds the queue full is dropped.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.0.try_send(Message::Line(line.to_vec())).is_err() {
            LOST_LINES.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Waits, when it is dropped, until all queued lines have been written, for at most a second.
#[must_use]
pub struct FlushOnDrop(LineQueue);

impl Drop for FlushOnDrop {
    fn drop(&mut self) {
        let (done, written) = sync_channel(1);
        if self.0.0.try_send(Message::Flush(done)).is_ok() {
            // After the time-out the lines are lost.
            let _ = written.recv_timeout(FLUSH_TIMEOUT);
        }
    }
}

/// Starts logging. A second call changes nothing.
///
/// # Errors
/// If the thread cannot be started.
pub fn start(log: &LogConfig) -> io::Result<FlushOnDrop> {
    let (send, messages) = sync_channel(MAX_WAITING_LINES);
    thread::Builder::new()
        .name("log".into())
        .spawn(move || write(&messages, stderr))?;
    let queue = LineQueue(send);
    let writer = queue.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(log.filter.clone())
        // They would be printed to standard error.
        .log_internal_errors(false)
        .with_writer(move || writer.clone());
    let started = match log.format {
        LogFormat::Text => subscriber.with_ansi(stderr().is_terminal()).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
    // The error means that logging has started already, as in tests.
    if started.is_ok() {
        // The default hook writes to standard error and may block.
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
                    LOST_LINES.fetch_add(1, Ordering::Relaxed);
                }
            }
            // The receiver may have timed out.
            Message::Flush(done) => drop(done.send(())),
        }
    }
}
