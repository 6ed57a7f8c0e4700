//! What the server draws.

use app::{
    error::AppError,
    ui::drawn::{Drawn, InPlace, Markup, Show},
};
use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
};

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
fn the_markup_stands_in_the_page_and_is_left_out_of_its_data() {
    Owner::new().with(|| {
        let markup = Markup::of(view! { <p>"Till 4"</p> });
        let read = Drawn {
            data: 7,
            markup: markup.clone(),
        };
        let carried = InPlace::encode(&Ok::<_, AppError>(read)).expect("text");
        assert_eq!(carried, r#"{"Ok":7}"#);
        let taken: Result<Drawn<i32>, AppError> = InPlace::decode(&carried).expect("the same");
        assert_eq!(taken.expect("no error").data, 7);
        let page = view! { <Show markup class="drawn" /> }.to_html();
        assert_eq!(page, r#"<div class="drawn"><p>Till 4</p></div>"#);
    });
}

#[test]
fn an_error_is_carried_whole() {
    let read: Result<Drawn<i32, [Markup; 2]>, AppError> = Err(AppError::NotFound);
    let carried = InPlace::encode(&read).expect("text");
    let taken: Result<Drawn<i32, [Markup; 2]>, AppError> =
        InPlace::decode(&carried).expect("the same");
    assert_eq!(taken, read);
}
