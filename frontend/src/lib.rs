//! The browser's entry point.

use std::alloc::System;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroizing_alloc::ZeroAlloc;

// Memory is overwritten when it is given back: a secret that was shown, and every copy that was made of it on its way, is
// gone with its last holder, and does not wait to be overwritten by chance.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// Starts the program on the page that the server rendered; its islands are hydrated one by one after this.
#[wasm_bindgen]
pub fn start() {
    leptos::mount::hydrate_islands();
    app::island::start();
}
