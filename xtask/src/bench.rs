//! What a person waits for, measured: the first visit's weight, the list's first byte, Lighthouse; and what a machine
//! waits for: the gate's decision. Machines differ, so each figure stands beside one of the same run that does nothing.

pub mod client;
mod gate;
mod history;
mod lighthouse;
mod running;

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result, bail};

use crate::{
    bench::{client::Client, running::Running},
    process::output,
    server,
    site::{self, FirstVisit, PACKAGE, Tooling, kilobytes},
    step::{loud, note, step},
    workspace::Workspace,
};

/// Keys of the application whose list is read.
const SIZES: [usize; 4] = [10, 50, 10_000, 100_000];

/// Requests that count, and how many of them there are for one before that does not.
const COUNTED: usize = 1_000;
const WARM_UP: usize = 10;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// What a browser sees.
    Pages,
    /// What a machine sees.
    Gate,
    Everything,
}

/// Builds what is deployed, and measures it.
pub fn run(workspace: &Workspace, what: Measured) -> Result<()> {
    site::build(workspace, Tooling::Required)?;
    server::release(workspace)?;
    for (package, examples) in [
        ("server", &["yardstick", "many_keys", "load"] as &[_]),
        ("management", &["verify"]),
        ("store", &["charts"]),
    ] {
        loud(&format!("compile {}", examples.join(", ")), || {
            let mut cargo = workspace.cargo("build");
            cargo.args(["--package", package, "--release"]);
            for example in examples {
                cargo.args(["--example", example]);
            }
            crate::process::run(&mut cargo)
        })?;
    }
    pin("1", std::process::id())?;
    if what != Measured::Pages {
        gate::measure()?;
    }
    if what != Measured::Gate {
        pages()?;
    }
    Ok(())
}

fn pages() -> Result<()> {
    weigh()?;
    let mut page = Vec::new();
    let mut baseline = None;
    for size in SIZES {
        page = list(size, &mut baseline)?;
    }
    yardstick(&page)?;
    history::measure()?;
    lighthouse::judge()
}

/// What the first visit loads, and what later pages add.
fn weigh() -> Result<()> {
    note(&format!("first visit: {}", FirstVisit::measure()?));
    for path in crate::files::beneath(Path::new(PACKAGE))? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".wasm.br") && name != "latchkey.wasm.br" {
            note(&format!(
                "later: {name} {}",
                kilobytes(fs::metadata(&path)?.len())
            ));
        }
    }
    Ok(())
}

/// Times the list's pages; answers the bytes of the first one.
fn list(size: usize, baseline: &mut Option<Duration>) -> Result<Vec<u8>> {
    let (server, mut client) = step(&format!("an application with {size} keys"), || {
        let server = Running::with_keys(size)?;
        let client = server.sign_in()?;
        Ok((server, client))
    })?;
    let first = server.list(&mut client)?;
    let page = client.get(&first)?.body;
    let time = median(&mut client, &first)?;
    let ten = *baseline.get_or_insert(time);
    say("first page", time, ten);

    let last = last_page(&mut client, &first)?;
    say("last page", median(&mut client, &last)?, ten);
    for path in links(std::str::from_utf8(&page)?, "sort=") {
        say(&path, median(&mut client, &path)?, ten);
    }
    Ok(page)
}

fn say(what: &str, time: Duration, ten: Duration) {
    note(&format!(
        "  {:.2} ms, {:.2} × the first page with {} keys: {what}",
        milliseconds(time),
        time.as_secs_f64() / ten.as_secs_f64(),
        SIZES[0]
    ));
}

/// The same bytes, from a server that does nothing for them.
fn yardstick(page: &[u8]) -> Result<()> {
    let server = Running::yardstick(page)?;
    let mut client = Client::connect(server.address)?;
    let time = median(&mut client, "/")?;
    note(&format!(
        "{:.2} ms: the same {} from a bare axum server",
        milliseconds(time),
        kilobytes(page.len() as u64)
    ));
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The median time to the first byte.
fn median(client: &mut Client, path: &str) -> Result<Duration> {
    median_of(COUNTED, client, path)
}

fn median_of(counted: usize, client: &mut Client, path: &str) -> Result<Duration> {
    for _ in 0..counted / WARM_UP {
        client.get(path)?;
    }
    let mut times = Vec::with_capacity(counted);
    for _ in 0..counted {
        let answer = client.get(path)?;
        if answer.status != 200 {
            bail!("{path} answered {}", answer.status);
        }
        times.push(answer.first_byte);
    }
    times.sort_unstable();
    Ok(times[counted / 2])
}

/// Follows "next" to its end.
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
            .and_then(address)
        else {
            return Ok(path);
        };
        path = next;
    }
}

/// The addresses of the page's links that hold a text; each once.
fn links(page: &str, text: &str) -> Vec<String> {
    let mut found: Vec<_> = page
        .split("<a ")
        .skip(1)
        .filter_map(address)
        .filter(|path| path.contains(text))
        .collect();
    found.sort();
    found.dedup();
    found
}

fn address(tag: &str) -> Option<String> {
    let (_, rest) = tag.split('>').next()?.split_once(r#"href=""#)?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// Keeps a process on one processor, so that what asks and what answers do not share it.
fn pin(processor: &str, process: u32) -> Result<()> {
    output(std::process::Command::new("taskset").args(["-cp", processor, &process.to_string()]))
        .context("the benchmark needs `taskset` (util-linux) and two processors")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn a_link_is_found_by_a_text_in_its_address() {
        let page = r#"<a class="x" href="/a?sort=name&amp;dir=asc">N</a> <a href="/b">B</a> sort="#;
        assert_eq!(links(page, "sort="), ["/a?sort=name&dir=asc"]);
    }
}
