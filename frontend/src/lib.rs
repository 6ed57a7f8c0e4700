//! The browser's entry point.

use app::{page::lazy, ui::ready::Ready};
use leptos::{mount::hydrate_from, prelude::document};
use std::alloc::System;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroizing_alloc::ZeroAlloc;

// Memory is overwritten when it is given back: a secret that was shown, and every copy that was made of it on its way, is
// gone with its last holder, and does not wait to be overwritten by chance.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// Takes over the page that the server rendered, once the parts of the program that it needs are there.
#[wasm_bindgen]
pub async fn hydrate() {
    let Some(body) = document().body() else {
        return;
    };
    if !lazy::fetch_rendered().await {
        return;
    }
    let ready = Ready::default();
    let provided = ready.clone();
    let page = move || {
        provided.provide();
        app::App()
    };
    hydrate_from(body, page).forget();
    ready.announce();
}
