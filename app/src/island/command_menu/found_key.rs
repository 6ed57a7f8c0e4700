//! The keys that the command menu finds by name.

use crate::{
    island::{
        keyboard,
        navigation::{self, Answer},
    },
    routes,
    ui::dom,
    words::command_menu as words,
};
use domain::key::filter::KeyGroup;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{Element, Node, RequestInit};

/// The maximum number of keys that are offered.
const MAX_KEYS: usize = 8;

/// A key that was found.
pub struct KeyMatch {
    name: String,
    mask: String,
    href: String,
}

/// Searches keys on the page that lists them. `None` if the server does not answer with it.
pub async fn find_keys(list: &str, text: &str) -> Option<Vec<KeyMatch>> {
    let address = routes::with_query(list, &[("tab", KeyGroup::ALL), ("search", text)]);
    let answer = navigation::fetch(&address, &RequestInit::new()).await;
    let Ok(Answer::Page(page, _)) = answer else {
        return None;
    };
    let links = dom::beneath::<Element>(&page.document_element()?, keyboard::ROWS);
    Some(
        links
            .take(MAX_KEYS)
            .filter_map(|link| KeyMatch::read(&link))
            .collect(),
    )
}

impl KeyMatch {
    /// Reads the link of a row.
    fn read(link: &Element) -> Option<Self> {
        let row = link.closest("tr").ok()??;
        let mask = row.query_selector(".masked-key").ok()??;
        Some(Self {
            name: link.text_content()?.trim().to_owned(),
            mask: mask.text_content()?,
            href: link.get_attribute("href")?,
        })
    }

    /// The entry of the menu.
    ///
    /// # Errors
    /// Only if the document is broken.
    pub fn entry(&self, icon: Option<&Node>) -> Result<Element, JsValue> {
        let entry = document().create_element("a")?;
        for (name, value) in [
            ("role", "option"),
            ("href", &self.href),
            ("tabindex", "-1"),
            ("aria-selected", "false"),
        ] {
            entry.set_attribute(name, value)?;
        }
        if let Some(icon) = icon {
            entry.append_child(&icon.clone_node_with_deep(true)?)?;
        }
        let name = document().create_element("span")?;
        name.set_text_content(Some(&self.name));
        entry.append_child(&name)?;
        let mask = document().create_element("small")?;
        mask.set_text_content(Some(&words::key_id(&self.mask)));
        entry.append_child(&mask)?;
        Ok(entry)
    }
}
