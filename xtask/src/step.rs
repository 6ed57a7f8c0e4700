//! One line for each step, with its time.

use std::{
    io::{IsTerminal as _, Write as _, stdout},
    time::Instant,
};

use anyhow::Result;

/// Does the work and prints `▸ name … 12.3 s`. The work itself prints nothing.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    if stdout().is_terminal() {
        print!("▸ {name} …");
        // A line that cannot be shown early is shown late.
        let _ = stdout().flush();
    }
    timed(name, "\r", work)
}

/// Like [`step`], for work that prints lines of its own: the name stands above them as well.
pub fn loud<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    if stdout().is_terminal() {
        println!("▸ {name} …");
    }
    timed(name, "", work)
}

/// A line about something that needs no time.
pub fn note(line: &str) {
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
