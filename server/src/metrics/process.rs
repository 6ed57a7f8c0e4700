//! Metrics of the process, from `/proc` of Linux: CPU time, start time, memory and open files.

use super::text::MetricsText;
use std::fs;

/// Clock ticks a second in `/proc`, on every Linux.
const TICKS_PER_SECOND: u64 = 100;

/// Writes the metrics of the process; none on a system without `/proc`.
pub fn write(text: &mut MetricsText) {
    if let Some(stat) = fs::read_to_string("/proc/self/stat")
        .ok()
        .as_deref()
        .and_then(stat)
    {
        text.counter(
            "process_cpu_seconds_total",
            "CPU time in user and kernel mode.",
        );
        let (whole, rest) = (stat.ticks / TICKS_PER_SECOND, stat.ticks % TICKS_PER_SECOND);
        text.sample(&[], format_args!("{whole}.{rest:02}"));
        if let Some(boot) = number_after("/proc/stat", "btime ") {
            text.gauge(
                "process_start_time_seconds",
                "Start of the process, in Unix time.",
            );
            text.sample(&[], boot + stat.started / TICKS_PER_SECOND);
        }
    }
    if let Some(kilobytes) = number_after("/proc/self/status", "VmRSS:") {
        text.gauge("process_resident_memory_bytes", "Resident memory.");
        text.sample(&[], kilobytes * 1_024);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        text.gauge("process_open_fds", "Open files, including sockets.");
        text.sample(&[], files.count());
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// CPU time in user and kernel mode, in ticks.
    ticks: u64,
    /// Start of the process, in ticks since boot.
    started: u64,
}

/// Parses `/proc/self/stat` (proc(5)). The second field is the program's name in parentheses and may hold any character.
fn stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // Fields are counted from 1, and the first two are gone.
    let field = |n: usize| fields.get(n - 3)?.parse::<u64>().ok();
    Some(Stat {
        ticks: field(14)? + field(15)?,
        started: field(22)?,
    })
}

/// Returns the number in the line that begins with `start`.
fn number_after(file: &str, start: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(start))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_in_the_program_name_are_skipped() {
        let text = "7 (a) b 1 (x)) S 1 7 7 0 -1 4194560 1 2 3 4 250 50 0 0 20 0 9 0 12345 1 2";
        let expected = Stat {
            ticks: 300,
            started: 12_345,
        };
        assert_eq!(stat(text), Some(expected));
        assert_eq!(stat("7 (x) S 1"), None);
    }
}
