//! Measures a release build: the size of a first visit, the time to the first byte of pages, Lighthouse scores, and the gate's
//! CPU time, throughput and latency. Because machines differ, figures are compared to a baseline of the same run.

mod addresses;
mod gate;
mod guesses;
mod history;
mod lighthouse;
mod nodes;
mod server;
mod sign_ins;
mod soak;

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use clap::ValueEnum;

use crate::{
    bench::server::RunningServer,
    http_client::Client,
    latchkey,
    process::output,
    site::{self, FirstVisit, Tooling, kilobytes},
    step::{info, step, step_with_output},
    workspace::Workspace,
};

/// The numbers of keys of the applications whose list is measured.
const SIZES: [usize; 4] = [10, 50, 10_000, 100_000];

/// Measured requests.
const REQUESTS: usize = 1_000;
/// Measured requests for each request to warm up.
const WARM_UP_RATIO: usize = 10;

/// A part of the benchmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    Pages,
    Gate,
    /// The gate during a flood of sign-ins, and during one of wrong secrets, and the time of a sign-in with known and unknown
    /// addresses; only if it is requested.
    SignIns,
    /// Nodes on PostgreSQL, beside SQLite; only if it is requested.
    Nodes,
    /// Usage with many values; only if it is requested.
    Soak,
}

/// Builds the release and measures a part, or the gate and the pages.
pub fn run(workspace: &Workspace, part: Option<Part>) -> Result<()> {
    site::build(workspace, Tooling::Required)?;
    latchkey::build_release(workspace)?;
    for (package, examples) in programs(part) {
        step_with_output(&format!("compile {}", examples.join(", ")), || {
            let mut cargo = workspace.cargo("build");
            cargo.args(["--package", package, "--release"]);
            for example in examples {
                cargo.args(["--example", example]);
            }
            crate::process::run(&mut cargo)
        })?;
    }
    pin("1", std::process::id())?;
    if matches!(part, None | Some(Part::Gate)) {
        gate::measure()?;
    }
    if matches!(part, None | Some(Part::Pages)) {
        pages()?;
    }
    if part == Some(Part::SignIns) {
        let measured = [
            sign_ins::measure(),
            addresses::measure(),
            guesses::measure(),
        ];
        let failures: Vec<_> = measured.into_iter().filter_map(Result::err).collect();
        for failure in &failures {
            info(&format!("{failure:#}"));
        }
        ensure!(failures.is_empty(), "not every goal was met");
    }
    if part == Some(Part::Nodes) {
        nodes::measure()?;
    }
    if part == Some(Part::Soak) {
        soak::measure()?;
    }
    Ok(())
}

/// The programs that a part needs beside the server, by package.
fn programs(part: Option<Part>) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let (pages, gate) = match part {
        None => (true, true),
        Some(part) => (part == Part::Pages, part == Part::Gate),
    };
    [
        ("server", &["yardstick", "many_keys", "load"] as &[_], true),
        ("management", &["verify"], gate),
        ("store", &["charts"], pages),
    ]
    .into_iter()
    .filter(|(.., is_needed)| *is_needed)
    .map(|(package, examples, _)| (package, examples))
}

fn pages() -> Result<()> {
    info(&format!("first visit: {}", FirstVisit::measure()?));
    let mut page = Vec::new();
    let mut baseline = None;
    for size in SIZES {
        page = measure_list(size, &mut baseline)?;
    }
    measure_baseline(&page)?;
    history::measure()?;
    lighthouse::measure()
}

/// Measures the first and the last page of the list, and each sort order. Returns the first page.
fn measure_list(size: usize, baseline: &mut Option<Duration>) -> Result<Vec<u8>> {
    let (server, mut client) = step(&format!("an application with {size} keys"), || {
        let server = RunningServer::with_keys(size)?;
        let client = server.sign_in()?;
        Ok((server, client))
    })?;
    let first = server.list(&mut client)?;
    let page = client.get(&first)?.body;
    let time = median(&mut client, &first)?;
    let base = *baseline.get_or_insert(time);
    print_comparison("first page", time, base);

    let last = last_page(&mut client, &first)?;
    print_comparison("last page", median(&mut client, &last)?, base);
    for path in links(std::str::from_utf8(&page)?, "sort=") {
        print_comparison(&path, median(&mut client, &path)?, base);
    }
    Ok(page)
}

fn print_comparison(name: &str, time: Duration, base: Duration) {
    info(&format!(
        "  {:.2} ms, {:.2} × the first page with {} keys: {name}",
        milliseconds(time),
        time.as_secs_f64() / base.as_secs_f64(),
        SIZES[0]
    ));
}

/// Measures the same page from a bare axum server.
fn measure_baseline(page: &[u8]) -> Result<()> {
    let server = RunningServer::baseline(page)?;
    let mut client = Client::connect(server.address)?;
    let time = median(&mut client, "/")?;
    info(&format!(
        "{:.2} ms: the same {} from a bare axum server",
        milliseconds(time),
        kilobytes(page.len() as u64)
    ));
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Returns the median time to the first byte.
fn median(client: &mut Client, path: &str) -> Result<Duration> {
    median_of(REQUESTS, client, path)
}

fn median_of(requests: usize, client: &mut Client, path: &str) -> Result<Duration> {
    for _ in 0..requests / WARM_UP_RATIO {
        client.get(path)?;
    }
    let mut times = Vec::with_capacity(requests);
    for _ in 0..requests {
        let answer = client.get(path)?;
        if answer.status != 200 {
            bail!("{path} returned status {}", answer.status);
        }
        times.push(answer.first_byte);
    }
    times.sort_unstable();
    Ok(times[requests / 2])
}

/// Follows `rel="next"` to the last page.
fn last_page(client: &mut Client, first: &str) -> Result<String> {
    let mut path = first.to_owned();
    loop {
        let answer = client.get(&path)?;
        let Some(next) = answer
            .text()?
            .split("<a ")
            .find(|tag| {
                tag.split('>')
                    .next()
                    .is_some_and(|tag| tag.contains(r#"rel="next""#))
            })
            .and_then(href)
        else {
            return Ok(path);
        };
        path = next;
    }
}

/// Returns the distinct targets of the page's links that contain a text.
fn links(page: &str, text: &str) -> Vec<String> {
    let mut found: Vec<_> = page
        .split("<a ")
        .skip(1)
        .filter_map(href)
        .filter(|path| path.contains(text))
        .collect();
    found.sort();
    found.dedup();
    found
}

fn href(tag: &str) -> Option<String> {
    let (_, rest) = tag.split('>').next()?.split_once(r#"href=""#)?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// Pins a process to a processor, so that client and server use different ones.
fn pin(processor: &str, process: u32) -> Result<()> {
    output(std::process::Command::new("taskset").args(["-cp", processor, &process.to_string()]))
        .context("the benchmark needs `taskset` (util-linux) and two processors")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn links_are_selected_by_a_text_in_their_target() {
        let page = r#"<a class="x" href="/a?sort=name&amp;dir=asc">N</a> <a href="/b">B</a> sort="#;
        assert_eq!(links(page, "sort="), ["/a?sort=name&dir=asc"]);
    }
}
