//! Parts that server functions render.

use app::ui::markup::{Markup, Show};
use leptos::prelude::*;

#[test]
fn markup_is_escaped_and_has_no_marks_of_hydration() {
    Owner::new().with(|| {
        let name = "<img src=x onerror=alert(1)>\"";
        let row = view! {
            <p title=name>{name} {None::<String>}</p>
        };
        let json = serde_json::to_string(&Markup::of(row)).expect("text");
        let html: String = serde_json::from_str(&json).expect("text");
        assert_eq!(
            html,
            "<p title=\"&lt;img src=x onerror=alert(1)&gt;&quot;\">&lt;img src=x onerror=alert(1)&gt;\"</p>"
        );
    });
}

#[test]
fn the_page_contains_the_markup() {
    Owner::new().with(|| {
        let markup = Markup::of(view! { <p>"Till 4"</p> });
        let page = view! { <Show markup class="rendered" /> }.to_html();
        assert_eq!(page, r#"<div class="rendered"><p>Till 4</p></div>"#);
    });
}
