//! Progress: one line for each step, with the time it took.

use std::{
    io::{IsTerminal as _, Write as _, stdout},
    time::Instant,
};

use anyhow::Result;

/// Runs `work`, which prints nothing, and prints `▸ name … 12.3 s`.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    if stdout().is_terminal() {
        print!("▸ {name} …");
        // If the line cannot be flushed now, it appears at the end of the step.
        let _ = stdout().flush();
    }
    timed(name, "\r", work)
}

/// Runs `work`, which prints lines of its own, and prints the name before them and `▸ name … 12.3 s` after them.
pub fn step_with_output<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    if stdout().is_terminal() {
        println!("▸ {name} …");
    }
    timed(name, "", work)
}

/// Prints a line that belongs to no step.
pub fn info(line: &str) {
    println!("▸ {line}");
}

fn timed<T>(name: &str, start: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let began = Instant::now();
    let result = work();
    let start = if stdout().is_terminal() { start } else { "" };
    let end = if result.is_ok() { "" } else { ", failed" };
    println!(
        "{start}▸ {name} … {:.1} s{end}",
        began.elapsed().as_secs_f64()
    );
    result
}
