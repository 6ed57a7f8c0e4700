//! A page, parsed like in a browser.

use html5gum::{HtmlString, StartTag, Token, Tokenizer, emitters::default::DefaultEmitter};

/// The contents of a page.
#[derive(Debug, Default)]
pub struct Document {
    /// The text of `<title>`.
    pub title: Option<String>,
    /// All text.
    pub texts: String,
    /// The values of all attributes, one a line.
    pub values: String,
    /// The forms with method POST.
    pub forms: Vec<Form>,
    /// Elements, attributes and addresses that no page of the app has.
    pub foreign: Vec<String>,
    /// Texts that a browser's translation changes; `<code>` for each element of that name.
    pub translated: Vec<String>,
    /// The open elements, each with whether translation leaves its text as it is.
    open: Vec<(String, bool)>,
}

/// Elements that have no end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// A form that posts to a server function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    /// The form's action.
    pub action: String,
    /// The fields by name, with the values of hidden ones.
    pub fields: Vec<(String, Option<String>)>,
}

/// Whether it is the link of a new secret for an authenticator app, in which the e-mail address is encoded.
fn is_authenticator_link(element: &str, address: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~%:/?=&".contains(c);
    element == "a"
        && address.starts_with("otpauth://totp/Latchkey:")
        && address.chars().all(allowed)
}

/// Attributes whose values are addresses.
const ADDRESSES: [&str; 8] = [
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "data",
    "ping",
    "srcset",
];

impl Document {
    pub fn read(html: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut document = Self::default();
        let (mut in_head, mut in_title) = (true, false);
        for token in Tokenizer::new_with_emitter(html, emitter) {
            match token.expect("no error of the reader") {
                Token::StartTag(tag) => {
                    in_head &= *tag.name != b"body";
                    // An SVG has titles of its own.
                    in_title = in_head && *tag.name == b"title";
                    if in_title && document.title.replace(String::new()).is_some() {
                        document.foreign.push("a second title".into());
                    }
                    document.start(&tag);
                }
                Token::EndTag(tag) => {
                    in_title = false;
                    document.end(&text(&tag.name));
                    if text(&tag.name).contains("xss") {
                        document.foreign.push(format!("</{}>", text(&tag.name)));
                    }
                }
                Token::String(words) => {
                    let words = text(&words);
                    if in_title && let Some(title) = &mut document.title {
                        title.push_str(&words);
                    }
                    if !in_head && !document.is_verbatim() {
                        document.translated.push(words.clone());
                    }
                    document.texts.push_str(&words);
                }
                Token::Comment(words) if text(&words).contains("xss") => {
                    document.foreign.push(format!("<!--{}-->", text(&words)));
                }
                _ => {}
            }
        }
        document.forms.retain(|form| !form.action.is_empty());
        document
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = text(&tag.name);
        let get = |wanted: &str| {
            let found = tag.attributes.iter().find(|(name, _)| text(name) == wanted);
            found.map(|(_, value)| text(value))
        };
        let refreshes = name == "meta" && get("http-equiv").is_some();
        if name.contains("xss")
            || refreshes
            || matches!(name.as_str(), "iframe" | "object" | "embed" | "base")
        {
            self.foreign.push(format!("<{name}>"));
        }
        if !tag.self_closing && !VOID.contains(&name.as_str()) {
            let verbatim = self.is_verbatim() || get("translate").as_deref() == Some("no");
            if name == "code" && !verbatim {
                self.translated.push("<code>".into());
            }
            self.open.push((name.clone(), verbatim));
        }
        for (attribute, value) in &tag.attributes {
            let (attribute, value) = (text(attribute), text(value));
            let leads_away = ADDRESSES.contains(&attribute.as_str())
                && !value.is_empty()
                && !is_authenticator_link(&name, &value)
                && (!value.starts_with(['/', '#', '?'])
                    || value.starts_with("//")
                    || value.starts_with("/\\"));
            if attribute.contains("xss") || attribute.starts_with("on") || leads_away {
                self.foreign
                    .push(format!("<{name} {attribute}=\"{value}\">"));
            }
            self.values.push_str(&value);
            self.values.push('\n');
        }
        match name.as_str() {
            "form" if get("method").is_some_and(|method| method.eq_ignore_ascii_case("post")) => {
                self.forms.push(Form {
                    action: get("action").unwrap_or_default(),
                    fields: Vec::new(),
                });
            }
            "form" => self.forms.push(Form {
                action: String::new(),
                fields: Vec::new(),
            }),
            "input" | "textarea" | "select" | "button" => {
                let hidden = (get("type").as_deref() == Some("hidden"))
                    .then(|| get("value").unwrap_or_default());
                if let (Some(form), Some(field)) = (self.forms.last_mut(), get("name")) {
                    form.fields.push((field, hidden));
                }
            }
            _ => {}
        }
    }

    /// Closes the innermost element with the name, and those in it.
    fn end(&mut self, name: &str) {
        if let Some(place) = self.open.iter().rposition(|(open, _)| open == name) {
            self.open.truncate(place);
        }
    }

    fn is_verbatim(&self) -> bool {
        self.open.last().is_some_and(|(_, verbatim)| *verbatim)
    }
}

fn text(bytes: &HtmlString) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
