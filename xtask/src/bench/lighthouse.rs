//! Lighthouse, as on a slow telephone: the list and one key of the demo, beside a plain page from the bare server.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{
    bench::{links, running::Running},
    browser, npm,
    process::output,
    step::{note, step},
    workspace::clean,
};

const FOLDER: &str = "xtask/lighthouse";
const OWNER: &str = "owner@northwind.example";
const PLAIN: &str = r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Plain</title><meta name="description" content="A page."></head><body><main><h1>Plain</h1></main></body></html>"#;

/// Judges the pages and says what came of it.
pub fn judge() -> Result<()> {
    npm::install(Path::new(FOLDER))?;
    let browser = browser::ensure_browser()?;
    let plain = Running::yardstick(PLAIN.as_bytes())?;
    let (demo, password) = Running::demo()?;
    let mut client = demo.sign_in_as(OWNER, &password)?;
    let list = demo.list(&mut client)?;
    let page = client.get(&list)?;
    let key = links(page.text()?, "/api-keys/ak")
        .into_iter()
        .find(|path| {
            !path.contains('?')
                && path
                    .rsplit('/')
                    .next()
                    .is_some_and(|id| id.starts_with("ak"))
        })
        .context("the list links to no key")?;
    for (name, url) in [
        ("a plain page", format!("http://{}/", plain.address)),
        ("the list", format!("http://{}{list}", demo.address)),
        ("a key", format!("http://{}{key}", demo.address)),
    ] {
        let report = std::env::temp_dir().join("latchkey-lighthouse.json");
        let mut lighthouse = clean("node");
        lighthouse
            .args([&format!("{FOLDER}/judge.js"), &url])
            .arg(&report)
            .env("LATCHKEY_COOKIES", client.cookies());
        if let Some(browser) = &browser {
            lighthouse.env("CHROME_PATH", browser);
        }
        step(&format!("Lighthouse: {name}"), || output(&mut lighthouse))?;
        note(fs::read_to_string(report)?.trim());
    }
    Ok(())
}
