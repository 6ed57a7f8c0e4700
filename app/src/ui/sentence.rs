//! Text with parts that are not the interface's own words: names that people chose, and codes.

use leptos::prelude::*;

/// Stands for a name while a sentence is split at its names.
const PLACEHOLDER: &str = "\u{FFFC}";

/// A name, isolated from the text around it, whose direction may be another. Translation leaves it as it is.
#[component]
pub fn Name(
    /// The name.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    view! { <bdi translate="no">{name}</bdi> }
}

/// A code in a sentence, such as a key's id or an IP address, which translation leaves as it is. An element that holds
/// nothing else has the attribute itself.
#[component]
pub fn Verbatim(
    /// The code.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <span translate="no">{text}</span> }
}

/// A text in which names may occur.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// The words before the first name.
    start: String,
    /// Each name with the words that follow it.
    rest: Vec<(String, String)>,
}

impl Sentence {
    /// Returns the text with its names apart from its words. `words` uses the names in their order, each once.
    pub fn about<const N: usize>(
        names: [&str; N],
        words: impl FnOnce([&str; N]) -> String,
    ) -> Self {
        let text = words([PLACEHOLDER; N]);
        let mut parts = text.split(PLACEHOLDER).map(str::to_owned);
        Self {
            start: parts.next().unwrap_or_default(),
            rest: names.map(str::to_owned).into_iter().zip(parts).collect(),
        }
    }

    /// Appends words of the interface.
    pub fn push_words(&mut self, words: &str) {
        match self.rest.last_mut() {
            Some((_, after)) => after.push_str(words),
            None => self.start.push_str(words),
        }
    }

    /// Appends a name or a code.
    pub fn push_name(&mut self, name: &str) {
        self.rest.push((name.to_owned(), String::new()));
    }

    /// The text with its names isolated.
    pub fn view(self) -> AnyView {
        // An empty text would be rendered as a space.
        let unless_empty = |words: String| (!words.is_empty()).then_some(words);
        let rest = self
            .rest
            .into_iter()
            .map(|(name, words)| view! { <Name name />{unless_empty(words)} })
            .collect_view();
        view! {
            {unless_empty(self.start)}
            {rest}
        }
        .into_any()
    }
}

impl From<String> for Sentence {
    fn from(text: String) -> Self {
        Self {
            start: text,
            rest: Vec::new(),
        }
    }
}

impl From<&str> for Sentence {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use super::Sentence;

    #[test]
    fn a_sentence_is_split_at_its_names() {
        let role = Sentence::about(["Role", "Billing of"], |[person, application]| {
            format!("Role of {person} in {application}")
        });
        assert_eq!(role.start, "Role of ");
        let rest = [("Role", " in "), ("Billing of", "")];
        assert_eq!(
            role.rest,
            rest.map(|(name, words)| (name.to_owned(), words.to_owned()))
        );
        assert_eq!(Sentence::from("Saved").start, "Saved");
    }
}
