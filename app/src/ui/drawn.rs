//! Parts that the server draws: the browser shows them, and takes nothing of them over.
//!
//! A table of fifty rows has nothing to do but to be read, and what can be done with a row stands in its links and in its
//! attributes, which [`listen`](super::menu::listen) and its like go by. So neither the code that draws it nor the data that
//! it was drawn from has to come along.

use super::{dom, reading, time::Clock};
use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder, string::JsonSerdeCodec},
    tachys::{
        html::attribute::any_attribute::AnyAttribute,
        hydration::Cursor,
        no_attrs,
        renderer::Rndr,
        view::{Mountable, Position, PositionState, Render, RenderFlags, RenderHtml},
    },
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

/// HTML that the server made of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Markup(Arc<str>);

impl Markup {
    /// The view without the marks that hydration goes by. Server functions call it: the browser cannot.
    pub fn of(view: impl IntoView) -> Self {
        let mut html = String::new();
        let flags = RenderFlags::HYDRATE.with_hydrate(false);
        view.into_view()
            .to_html_with_buf(&mut html, &mut Position::FirstChild, flags, Vec::new());
        // The parts of an element are told apart for hydration all the same. No text and no attribute holds a `<` of its own.
        Self(html.replace("<!>", "").into())
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
    Place {
        class,
        markup,
        clock,
    }
}

/// The element that holds markup, and what wakes it. Not an element with `inner_html`: Leptos, its components erased, would
/// empty that before it is filled again, and fill it whether or not anything has changed.
struct Place {
    class: &'static str,
    markup: Markup,
    clock: Option<Clock>,
}

/// What stands in the page; empty markup is what the server has put there.
struct Placed {
    element: Element,
    shown: Markup,
}

impl Place {
    /// Puts it there, and wakes it. Where something stood before, it is drawn around the reader: what they had opened is open
    /// again, and the focus is where it was.
    fn draw(&self, element: &Element) {
        let open: Vec<_> = dom::beneath(element, "details[open]")
            .filter_map(|details| Spot::of(&details))
            .collect();
        let focused = document()
            .active_element()
            .filter(|focused| element.contains(Some(focused)))
            .and_then(|focused| Spot::of(&focused));
        Rndr::set_inner_html(element, &self.markup.0);
        if let Some(clock) = self.clock {
            clock.show_within(element);
        }
        reading::offer(element);
        for details in open.iter().filter_map(Spot::find) {
            // Only a broken document refuses an attribute.
            _ = details.set_attribute("open", "");
        }
        if let Some(element) = focused.as_ref().and_then(Spot::find) {
            _ = element.unchecked_into::<HtmlElement>().focus();
        }
    }
}

impl Render for Place {
    type State = Placed;

    fn build(self) -> Placed {
        let element = Rndr::create_element("div", None);
        Rndr::set_attribute(&element, "class", self.class);
        self.draw(&element);
        Placed {
            element,
            shown: self.markup,
        }
    }

    fn rebuild(self, state: &mut Placed) {
        // What came with the page says nothing of what stands there.
        if self.markup != state.shown && self.markup != Markup::default() {
            self.draw(&state.element);
            state.shown = self.markup;
        }
    }
}

no_attrs!(Place);

impl RenderHtml for Place {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn html_len(&self) -> usize {
        self.markup.0.len()
    }

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        _flags: RenderFlags,
        _attributes: Vec<AnyAttribute>,
    ) {
        buf.extend(["<div class=\"", self.class, "\">", &self.markup.0, "</div>"]);
        *position = Position::NextChild;
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Placed {
        match position.get() {
            Position::FirstChild => cursor.child(),
            Position::Current => {}
            _ => cursor.sibling(),
        }
        position.set(Position::NextChild);
        Placed {
            element: cursor.current().unchecked_into(),
            shown: self.markup,
        }
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl Mountable for Placed {
    fn unmount(&mut self) {
        self.element.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.element.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.element.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        vec![self.element.clone()]
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
