//! The process itself, as far as Linux tells: memory, processor time, start, open files. Elsewhere nothing is written.

use super::text::Text;
use std::fs;

/// Clock ticks a second that Linux shows to programs, whatever the kernel's own are.
const TICKS: u64 = 100;

pub fn write(text: &mut Text) {
    if let Some(stat) = fs::read_to_string("/proc/self/stat")
        .ok()
        .as_deref()
        .and_then(stat)
    {
        text.counter("process_cpu_seconds_total", "Processor time.");
        let (whole, rest) = (stat.ticks / TICKS, stat.ticks % TICKS);
        text.sample(&[], format_args!("{whole}.{rest:02}"));
        if let Some(boot) = number_after("/proc/stat", "btime ") {
            text.gauge("process_start_time_seconds", "When it began, in Unix time.");
            text.sample(&[], boot + stat.started / TICKS);
        }
    }
    if let Some(kilobytes) = number_after("/proc/self/status", "VmRSS:") {
        text.gauge("process_resident_memory_bytes", "Resident memory.");
        text.sample(&[], kilobytes * 1_024);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        text.gauge("process_open_fds", "Open files, sockets included.");
        text.sample(&[], files.count());
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// Of processor time, in programs and in the kernel.
    ticks: u64,
    /// In ticks since the machine started.
    started: u64,
}

/// Reads `/proc/self/stat` (proc(5)). The second field is the program's name in parentheses, with whatever is in it.
fn stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // Counted from 1, the first one here is the third.
    let field = |n: usize| fields.get(n - 3)?.parse::<u64>().ok();
    Some(Stat {
        ticks: field(14)? + field(15)?,
        started: field(22)?,
    })
}

/// The number in the line that begins with `start`.
fn number_after(file: &str, start: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(start))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_name_hides_no_field() {
        let text = "7 (a) b 1 (x)) S 1 7 7 0 -1 4194560 1 2 3 4 250 50 0 0 20 0 9 0 12345 1 2";
        let expected = Stat {
            ticks: 300,
            started: 12_345,
        };
        assert_eq!(stat(text), Some(expected));
        assert_eq!(stat("7 (x) S 1"), None);
    }
}
