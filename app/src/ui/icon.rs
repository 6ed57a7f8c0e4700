//! Icons.

use leptos::{prelude::*, tachys::html::InertElement};

macro_rules! shapes {
    ($($shape:ident = $path:literal,)+) => {
        /// The shape of an icon.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is called after what it shows")]
        pub enum Shape {
            $($shape,)+
        }

        impl Shape {
            /// The `d` of its path, in a square of 16 units.
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$shape => $path,)+
                }
            }

            const fn svg(self) -> &'static str {
                match self {
                    $(Self::$shape => concat!(
                        r#"<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d=""#,
                        $path,
                        r#""></path></svg>"#
                    ),)+
                }
            }
        }
    };
}

shapes! {
    ArrowLeft = "M13 8H3m4-4-4 4 4 4",
    Ban = "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4",
    Chart = "M2.5 13.5h11M4.5 11V8M8 11V3.5m3.5 7.5V6",
    Check = "m3.5 8.5 3 3 6-7",
    Checklist = "m2.5 4.5 1 1 2-2.5M2.5 11l1 1 2-2.5M8.5 4.5h5M8.5 11h5",
    ChevronDown = "m4.5 6.5 3.5 3.5 3.5-3.5",
    Clock = "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3l2 1.5",
    Close = "m4 4 8 8M12 4l-8 8",
    Copy = "M6 6h6.5v7.5H6zM3.5 10V3.5A1 1 0 0 1 4.5 2.5H10",
    Devices = "M2.5 3.5h8v6h-8zM1.5 12.5h6M10 6.5h4v7h-4z",
    Dots = "M3.5 8h.01M8 8h.01M12.5 8h.01",
    Download = "M8 2.5v7m-3-3 3 3 3-3M3 13h10",
    Edit = "m3 13 .5-3 7-7 2.5 2.5-7 7Zm6-8.5L11.5 7",
    Eye = "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
    Info = "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5V11M8 5h.01",
    Key = "M6 8.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm2-1 5.5 5.5M11 10.5l1.5-1.5",
    Log = "M4 2.5h8v11H4zM6.5 5.5h3M6.5 8h3M6.5 10.5h1.5",
    Menu = "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
    Pause = "M5.5 3.5v9M10.5 3.5v9",
    People = "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 2.8a2.4 2.4 0 0 1 0 4.5M12 9.8c1.6.6 2.5 1.9 2.5 3.7",
    Play = "M5 3.5v9l7-4.5Z",
    Plus = "M8 3.5v9M3.5 8h9",
    Search = "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.5-1 3 3",
    Settings = "M2.5 5h6m4 0h1M2.5 11h1m4 0h6M10.5 6.5v-3M5.5 12.5v-3",
    Shield = "M8 2 3.5 4v4c0 3 2 5 4.5 6 2.5-1 4.5-3 4.5-6V4Z",
    SignOut = "M6.5 2.5h-3v11h3M7 8h6.5m-2.5-3 3 3-3 3",
    Trash = "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.5 9h7l.5-9",
    Warning = "M8 2 1.5 13.5h13ZM8 6.5v3M8 11.5h.01",
}

/// An icon, hidden from screen readers: the words are beside it.
#[component]
pub fn Icon(
    /// Its shape.
    shape: Shape,
) -> impl IntoView {
    InertElement::new(shape.svg())
}
