//! Parts that the server draws: the browser shows them, and takes nothing of them over.
//!
//! A table of fifty rows has nothing to do but to be read, and what can be done with a row stands in its links and in its
//! attributes, which [`listen`](super::menu::listen) and its like go by. So neither the code that draws it nor the data that
//! it was drawn from has to come along.

use super::{dom, reading, time::Clock};
use leptos::{
    html,
    prelude::*,
    server::codee::{Decoder, Encoder, string::JsonSerdeCodec},
    tachys::{html::element::InnerHtmlValue, renderer::Rndr},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// HTML that the server made of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Markup(Arc<str>);

impl Markup {
    /// The view without the marks that hydration goes by.
    #[cfg(feature = "ssr")]
    pub fn of(view: impl IntoView) -> Self {
        use leptos::tachys::view::{Position, RenderFlags};
        let mut html = String::new();
        let flags = RenderFlags::HYDRATE.with_hydrate(false);
        view.into_view()
            .to_html_with_buf(&mut html, &mut Position::FirstChild, flags, Vec::new());
        Self(html.into())
    }
}

/// What a page needs to know, and what it only shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn<T, M = Markup> {
    /// What the browser goes on with.
    pub data: T,
    /// What stands in the page; more than one, where it stands in several places.
    pub markup: M,
}

/// How a page carries what was drawn for it: without the markup, which stands in the page already.
pub struct InPlace;

impl<T: Serialize, M, E: Serialize> Encoder<Result<Drawn<T, M>, E>> for InPlace {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(read: &Result<Drawn<T, M>, E>) -> Result<String, Self::Error> {
        JsonSerdeCodec::encode(&read.as_ref().map(|drawn| &drawn.data))
    }
}

impl<T: DeserializeOwned, M: Default, E: DeserializeOwned> Decoder<Result<Drawn<T, M>, E>>
    for InPlace
{
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<Result<Drawn<T, M>, E>, Self::Error> {
        let read: Result<T, E> = JsonSerdeCodec::decode(text)?;
        Ok(read.map(|data| Drawn {
            data,
            markup: M::default(),
        }))
    }
}

/// Shows it. Where something else is drawn later, what the reader had opened stays open, and the focus stays where it is.
#[component]
pub fn Show(
    /// What was drawn.
    markup: Markup,
    /// The class of the element that holds it.
    class: &'static str,
) -> impl IntoView {
    let clock = use_context();
    html::div()
        .class(class)
        .inner_html(Placed { markup, clock })
}

/// Markup with what wakes it once it is in the page.
#[derive(Clone)]
struct Placed {
    markup: Markup,
    clock: Option<Clock>,
}

impl InnerHtmlValue for Placed {
    type AsyncOutput = Self;
    type State = (Element, Markup);
    type Cloneable = Self;
    type CloneableOwned = Self;

    fn html_len(&self) -> usize {
        self.markup.0.len()
    }

    fn to_html(self, buf: &mut String) {
        buf.push_str(&self.markup.0);
    }

    fn to_template(_buf: &mut String) {}

    fn hydrate<const FROM_SERVER: bool>(self, place: &Element) -> Self::State {
        (place.clone(), self.markup)
    }

    fn build(self, place: &Element) -> Self::State {
        self.draw(place);
        (place.clone(), self.markup)
    }

    fn rebuild(self, state: &mut Self::State) {
        let (place, shown) = state;
        if *shown != self.markup {
            self.redraw(place);
            *shown = self.markup;
        }
    }

    fn into_cloneable(self) -> Self {
        self
    }

    fn into_cloneable_owned(self) -> Self {
        self
    }

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }
}

impl Placed {
    fn draw(&self, place: &Element) {
        Rndr::set_inner_html(place, &self.markup.0);
        if let Some(clock) = self.clock {
            clock.show_within(place);
        }
        reading::offer(place);
    }

    /// Draws it anew around the reader: what they had opened is open again, and the focus is where it was.
    fn redraw(&self, place: &Element) {
        let open: Vec<_> = dom::beneath(place, "details[open]")
            .filter_map(|details| Spot::of(&details))
            .collect();
        let focused = document()
            .active_element()
            .filter(|focused| place.contains(Some(focused)))
            .and_then(|focused| Spot::of(&focused));
        self.draw(place);
        for details in open.iter().filter_map(Spot::find) {
            // Only a broken document refuses an attribute.
            _ = details.set_attribute("open", "");
        }
        if let Some(element) = focused.as_ref().and_then(Spot::find) {
            _ = element.unchecked_into::<HtmlElement>().focus();
        }
    }
}

/// Where something stands: what has this id, or the so-manieth of its kind beneath that.
struct Spot {
    id: String,
    beneath: Option<(String, usize)>,
}

impl Spot {
    fn of(element: &Element) -> Option<Self> {
        let named = element.closest("[id]").ok()??;
        let beneath = (named != *element).then(|| {
            let tag = element.tag_name();
            let before = dom::beneath::<Element>(&named, &tag).position(|other| other == *element);
            (tag, before.unwrap_or(0))
        });
        Some(Self {
            id: named.id(),
            beneath,
        })
    }

    /// What stands there now.
    fn find(&self) -> Option<Element> {
        let named = document().get_element_by_id(&self.id)?;
        match &self.beneath {
            Some((tag, before)) => dom::beneath(&named, tag).nth(*before),
            None => Some(named),
        }
    }
}
