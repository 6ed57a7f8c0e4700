//! Brotli and gzip versions of the site's files, compressed at build time rather than in each response.

use std::{
    collections::BTreeSet,
    io::Write as _,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

use crate::{
    files::{self, Stamp},
    step::step,
};

/// Files that are compressed. Images and fonts are compressed already.
const EXTENSIONS: [&str; 4] = ["css", "js", "svg", "wasm"];

/// A file to be compressed.
struct Item {
    contents: Vec<u8>,
    brotli: PathBuf,
    gzip: PathBuf,
    stamp: Stamp,
}

/// Writes the missing compressed versions of these files, and returns the paths of all compressed versions.
pub fn all(produced: &BTreeSet<PathBuf>) -> Result<BTreeSet<PathBuf>> {
    let is_compressible = |path: &&PathBuf| {
        path.extension()
            .is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known))
    };
    let items = produced
        .iter()
        .filter(is_compressible)
        .map(|path| Item::new(path))
        .collect::<Result<Vec<_>>>()?;
    let stale: Vec<_> = items
        .iter()
        .filter(|item| !item.stamp.is_fresh(&[&item.brotli, &item.gzip]))
        .collect();
    if !stale.is_empty() {
        step("compress", || {
            thread::scope(|scope| {
                let running: Vec<_> = stale
                    .iter()
                    .map(|item| scope.spawn(|| item.compress()))
                    .collect();
                running.into_iter().try_for_each(|thread| {
                    thread
                        .join()
                        .ok()
                        .context("a compression thread panicked")?
                })
            })
        })?;
    }
    Ok(items
        .into_iter()
        .flat_map(|item| [item.brotli, item.gzip])
        .collect())
}

impl Item {
    fn new(path: &Path) -> Result<Self> {
        let contents = files::read(path)?;
        let name = path.to_string_lossy();
        let stamp = Stamp::new(
            &format!("compressed-{}", name.replace(['/', '\\'], "-")),
            &[&contents],
        );
        Ok(Self {
            contents,
            brotli: format!("{name}.br").into(),
            gzip: format!("{name}.gz").into(),
            stamp,
        })
    }

    fn compress(&self) -> Result<()> {
        let mut brotli = Vec::new();
        let parameters = BrotliEncoderParams {
            quality: 11,
            size_hint: self.contents.len(),
            ..BrotliEncoderParams::default()
        };
        brotli::BrotliCompress(&mut self.contents.as_slice(), &mut brotli, &parameters)
            .context("brotli failed")?;
        files::write(&self.brotli, &brotli)?;

        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&self.contents).context("gzip failed")?;
        files::write(&self.gzip, &gzip.finish().context("gzip failed")?)?;
        self.stamp.save()
    }
}
