//! Shortens the names under which the program imports the functions of its JavaScript. wasm-bindgen's names end in a hash, such as
//! `__wbg_append_24889ba5c72546c0`: hundreds of these make up a tenth of a first visit, in both files, and cannot be compressed.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, Result, ensure};
use wasm_bindgen_cli_support::Output;

use crate::files;

/// The beginning of every name that is shortened.
const PREFIX: &str = "__wb";

/// Writes what wasm-bindgen has generated into the folder, with short names in the program and in the JavaScript file `javascript`.
pub fn emit_shortened(mut output: Output, folder: &Path, javascript: &str) -> Result<()> {
    let mut names = BTreeMap::new();
    for import in output.wasm_mut().imports.iter_mut() {
        if import.name.starts_with(PREFIX) {
            let short = format!("_{}", names.len());
            let long = std::mem::replace(&mut import.name, short.clone());
            ensure!(
                names.insert(long, short).is_none(),
                "two imports have the name of {}",
                import.name
            );
        }
    }
    output.emit(folder)?;
    let path = folder.join(javascript);
    let text = String::from_utf8(files::read(&path)?).context("the JavaScript is not text")?;
    files::write(&path, shorten(&text, &names).as_bytes())
}

/// Replaces identifiers.
fn shorten(javascript: &str, names: &BTreeMap<String, String>) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut text = String::with_capacity(javascript.len());
    for piece in javascript.split_inclusive(|c| !is_part(c)) {
        let identifier = piece.trim_end_matches(|c| !is_part(c));
        let short = names.get(identifier).map_or(identifier, String::as_str);
        text.push_str(short);
        text.push_str(&piece[identifier.len()..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_identifiers_are_replaced() {
        let names = [("__wbg_set_1f", "_0"), ("__wbg_set_1f_2", "_1")]
            .map(|(long, short)| (long.to_owned(), short.to_owned()));
        assert_eq!(
            shorten(
                "{__wbg_set_1f: f, __wbg_set_1f_2(){}, x__wbg_set_1f: 'ü'}",
                &names.into()
            ),
            "{_0: f, _1(){}, x__wbg_set_1f: 'ü'}"
        );
    }
}
