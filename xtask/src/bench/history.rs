//! Measures pages with charts: an application with 10,000 keys, with 10,000 calls and with ten million. Both have calls in all
//! hours of 90 days, so that the charts have equally many points; fewer calls come from fewer keys.

use std::{process::Command, time::Duration};

use anyhow::{Context as _, Result};

use crate::{
    bench::{
        links, median_of, milliseconds,
        server::{PastCalls, RunningServer},
    },
    http_client::Client,
    process::output,
    step::{info, step},
};

const CHARTS: &str = "target/release/examples/charts";
const KEYS: usize = 10_000;
/// Measured requests: fewer than for the list, because these pages take longer.
const REQUESTS: usize = 200;
const FEW: PastCalls = PastCalls {
    called: 28,
    days: 90,
    hours: 4,
    calls: 1,
};
const MANY: PastCalls = PastCalls {
    called: KEYS,
    calls: 3,
    ..FEW
};

/// Measures the pages, and prints the results.
pub fn measure() -> Result<()> {
    let few = pages(FEW, None)?;
    pages(MANY, Some(&few)).map(drop)
}

/// Measures the overview and the newest key's page.
fn pages(history: PastCalls, base: Option<&[Duration]>) -> Result<Vec<Duration>> {
    let total = history.called * history.days * history.hours * history.calls;
    let (server, mut client) = step(&format!("{KEYS} keys with {total} calls"), || {
        let server = RunningServer::with_history(KEYS, history)?;
        let client = server.sign_in()?;
        Ok((server, client))
    })?;
    let list = server.list(&mut client)?;
    let overview = list
        .strip_suffix("/settings/api-keys")
        .context("unexpected path of the list")?;
    let key = newest(&mut client, &list)?;
    let mut times = Vec::new();
    for path in [overview, &key] {
        for window in ["24h", "90d"] {
            let path = format!("{path}?window={window}");
            let time = median_of(REQUESTS, &mut client, &path)?;
            let ratio = base
                .and_then(|base| base.get(times.len()))
                .map(|base| time.as_secs_f64() / base.as_secs_f64());
            let ratio = ratio.map_or_else(String::new, |ratio| format!(" ({ratio:.2} ×)"));
            info(&format!("  {:.2} ms{ratio}: {path}", milliseconds(time)));
            times.push(time);
        }
    }
    let id = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut charts = Command::new(CHARTS);
    charts
        .arg(format!("sqlite://{}", server.database().display()))
        .args([id(overview), id(&key)]);
    info(output(&mut charts)?.trim());
    Ok(times)
}

/// Returns the path of the list's first key.
fn newest(client: &mut Client, list: &str) -> Result<String> {
    let page = client.get(list)?;
    links(page.text()?, "/api-keys/ak")
        .into_iter()
        .filter(|path| !path.contains('?'))
        .min_by_key(|path| page.text().ok().and_then(|text| text.find(path.as_str())))
        .context("the list links to no key")
}
