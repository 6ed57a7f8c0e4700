//! Prints the median duration of each query of the charts, in milliseconds. `cargo xtask bench pages` runs it on a large
//! database.

use domain::{
    id::ApplicationId,
    key::{filter::KeyQuery, token::KeyId},
    time::{DAY, MINUTE, Timestamp},
    usage::{ChartRange, Level, Subject, Window, overview::ATTENTION},
};
use std::{
    error::Error,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use store::{BucketRange, Store, StoreError};

/// Number of runs of each query.
const RUNS: usize = 201;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(app), Some(key)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: charts DATABASE_URL APPLICATION KEY".into());
    };
    let store = Store::open_to_read(&url).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a benchmark has no clock to be given"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let now = Timestamp(i64::try_from(now)?);
    let app: ApplicationId = app.parse()?;
    let key: KeyId = key.parse()?;
    for (name, subject) in [("application", Subject::from(app)), ("key", key.into())] {
        for window in Window::ALL {
            let range = ChartRange::of(window, now);
            let (level, start) = (range.level, range.start);
            let buckets = BucketRange {
                level,
                start,
                end: now,
            };
            let bars = median(async || {
                let bars = store.usage_bars(subject, buckets, None).await?;
                Ok::<_, StoreError>(bars.counts)
            })
            .await?;
            let by = level.max(Level::Hour);
            let start = start.floor(by.ms());
            let parts =
                median(async || store.usage_breakdown(subject, by, start, now).await).await?;
            println!(
                "  {name}, {}, by {} minutes: calls and reports {bars}, breakdowns {parts}",
                window.as_str(),
                level.ms() / MINUTE,
            );
        }
    }
    let since = now.floor(DAY).plus(-DAY);
    let most = median(async || store.busiest_keys(app, since, 5, false).await).await?;
    let missed = median(async || store.busiest_keys(app, since, 5, true).await).await?;
    println!("  the busiest keys {most}, those with refusals {missed}");
    for condition in ATTENTION {
        let query = KeyQuery::in_condition(condition, now);
        let found = median(async || {
            let page = store.keys_at_most(app, &query, 3, now).await?;
            Ok::<_, StoreError>(page.rows)
        });
        println!("  keys that are {}: {}", condition.as_str(), found.await?);
    }
    Ok(())
}

/// Returns the median duration and the number of rows as text.
async fn median<T, E>(mut ask: impl AsyncFnMut() -> Result<Vec<T>, E>) -> Result<String, E> {
    let (mut times, mut rows) = (Vec::<Duration>::with_capacity(RUNS), 0);
    for _ in 0..RUNS {
        let began = Instant::now();
        rows = ask().await?.len();
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let middle = times.get(RUNS / 2).copied().unwrap_or_default();
    Ok(format!(
        "{:.3} ms ({rows} rows)",
        middle.as_secs_f64() * 1_000.0
    ))
}
