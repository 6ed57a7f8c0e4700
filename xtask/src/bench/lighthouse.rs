//! Runs Lighthouse with its default, a slow phone, on the list and a key's page of the demo, and on a plain page of the baseline
//! server.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{
    bench::{links, server::RunningServer},
    browser, npm,
    process::{command_with_clean_environment, output},
    step::{info, step},
};

const FOLDER: &str = "xtask/lighthouse";
const OWNER: &str = "owner@northwind.example";
const PLAIN: &str = r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Plain</title><meta name="description" content="A page."></head><body><main><h1>Plain</h1></main></body></html>"#;

/// Measures the pages and prints their scores.
pub fn measure() -> Result<()> {
    npm::install(Path::new(FOLDER))?;
    let browser = browser::ensure_browser()?;
    let plain = RunningServer::baseline(PLAIN.as_bytes())?;
    let (demo, password) = RunningServer::demo()?;
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
        let mut lighthouse = command_with_clean_environment("node");
        lighthouse
            .args([&format!("{FOLDER}/measure.js"), &url])
            .arg(&report)
            .env("LATCHKEY_COOKIES", client.cookies());
        if let Some(browser) = &browser {
            lighthouse.env("CHROME_PATH", browser);
        }
        step(&format!("Lighthouse: {name}"), || output(&mut lighthouse))?;
        info(fs::read_to_string(report)?.trim());
    }
    Ok(())
}
