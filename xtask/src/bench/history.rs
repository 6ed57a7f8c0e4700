//! What a page costs that has much behind it: an application with 10,000 keys, 10,000 calls and then ten million. Both are
//! of 90 days, in all hours, so that the charts have as much to draw: with few calls they are those of few keys.

use std::{process::Command, time::Duration};

use anyhow::{Context as _, Result};

use crate::{
    bench::{client::Client, links, median_of, milliseconds, running::Running},
    process::output,
    step::{note, step},
};

const CHARTS: &str = "target/release/examples/charts";
const KEYS: usize = 10_000;
/// Requests that count: these pages take longer than a list.
const COUNTED: usize = 200;
const FEW: Behind = Behind {
    called: 28,
    days: 90,
    hours: 4,
    calls: 1,
};
const MANY: Behind = Behind {
    called: KEYS,
    calls: 3,
    ..FEW
};

/// Calls of the past.
#[derive(Clone, Copy)]
pub struct Behind {
    /// Keys that were called: the newest ones.
    pub called: usize,
    /// Days with calls.
    pub days: usize,
    /// Hours with calls in each of them.
    pub hours: usize,
    /// Calls of a key in each of those.
    pub calls: usize,
}

/// Measures, and says what came of it.
pub fn measure() -> Result<()> {
    let few = pages(FEW, None)?;
    pages(MANY, Some(&few)).map(drop)
}

/// Times the overview and the newest key's page.
fn pages(behind: Behind, base: Option<&[Duration]>) -> Result<Vec<Duration>> {
    let all = behind.called * behind.days * behind.hours * behind.calls;
    let (server, mut client) = step(&format!("{KEYS} keys with {all} calls"), || {
        let server = Running::with_history(KEYS, behind)?;
        let client = server.sign_in()?;
        Ok((server, client))
    })?;
    let list = server.list(&mut client)?;
    let overview = list
        .strip_suffix("/settings/api-keys")
        .context("the list is elsewhere")?;
    let key = newest(&mut client, &list)?;
    let mut times = Vec::new();
    for path in [overview, &key] {
        for window in ["24h", "90d"] {
            let path = format!("{path}?window={window}");
            let time = median_of(COUNTED, &mut client, &path)?;
            let beside = base
                .and_then(|base| base.get(times.len()))
                .map(|base| time.as_secs_f64() / base.as_secs_f64());
            let beside = beside.map_or_else(String::new, |ratio| format!(" ({ratio:.2} ×)"));
            note(&format!("  {:.2} ms{beside}: {path}", milliseconds(time)));
            times.push(time);
        }
    }
    let id = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut charts = Command::new(CHARTS);
    charts
        .arg(format!("sqlite://{}", server.database().display()))
        .args([id(overview), id(&key)]);
    note(output(&mut charts)?.trim());
    Ok(times)
}

/// The page of the list's first key.
fn newest(client: &mut Client, list: &str) -> Result<String> {
    let page = client.get(list)?;
    links(page.text()?, "/api-keys/ak")
        .into_iter()
        .filter(|path| !path.contains('?'))
        .min_by_key(|path| page.text().ok().and_then(|text| text.find(path.as_str())))
        .context("the list links to no key")
}
