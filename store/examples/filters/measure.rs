//! Median durations.

use std::{
    fmt,
    iter::Sum,
    time::{Duration, Instant},
};
use store::StoreError;

/// Number of runs of a query, and of one that takes longer than [`SLOW`].
const RUNS: usize = 41;
const SLOW_RUNS: usize = 5;
const SLOW: Duration = Duration::from_millis(50);

/// The median duration of a query, and the number that it returned.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    pub median: Duration,
    pub rows: usize,
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.median.as_secs_f64() * 1_000.0;
        write!(f, "{ms:.2} ms ({})", self.rows)
    }
}

impl<'a> Sum<&'a Times> for Times {
    fn sum<I: Iterator<Item = &'a Times>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            median: sum.median + one.median,
            rows: if sum.rows == 0 { one.rows } else { sum.rows },
        })
    }
}

/// Returns the median duration of `ask`, after one run for warming up.
pub async fn median(
    mut ask: impl AsyncFnMut() -> Result<usize, StoreError>,
) -> Result<Times, StoreError> {
    ask().await?;
    let (mut times, mut rows) = (Vec::with_capacity(RUNS), 0);
    let mut runs = RUNS;
    while times.len() < runs {
        let began = Instant::now();
        rows = ask().await?;
        times.push(began.elapsed());
        if times.iter().all(|time| *time > SLOW) {
            runs = SLOW_RUNS;
        }
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    Ok(Times { median, rows })
}
