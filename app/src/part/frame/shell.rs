//! The layout of every signed-in page: the side navigation, and room for the page.

use crate::{
    island::command_menu::MENU,
    ui::{Icon, KeyHint, Shape},
    words::frame,
};
use leptos::{children::ViewFn, prelude::*};

/// The id of the element that holds the navigation.
const NAVIGATION: &str = "navigation";

/// The navigation is a column on a wide screen. On a narrow one it is a popover, which needs no script.
#[component]
pub fn Shell(
    /// The application or profile of the pages, above the navigation and in the top bar of a narrow screen.
    #[prop(into)]
    head: ViewFn,
    /// Links to the pages.
    #[prop(into)]
    navigation: ViewFn,
    /// The account menu.
    #[prop(into)]
    foot: ViewFn,
    /// Whether single keys are shortcuts ([`crate::island::keyboard`]).
    shortcuts: bool,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="shell" data-shortcuts=(!shortcuts).then_some("off")>
            <header class="topbar">
                {head.run()}
                <button
                    type="button"
                    class="icon-button"
                    popovertarget=NAVIGATION
                    aria-label=frame::OPEN_NAVIGATION
                >
                    <Icon shape=Shape::Menu />
                </button>
            </header>
            <div id=NAVIGATION class="sidebar" popover="auto">
                <div class="sidebar-head">{head.run()}</div>
                <button type="button" class="command-open" data-opens=MENU data-needs-js="">
                    <Icon shape=Shape::Search />
                    {frame::SEARCH}
                    <KeyHint key=frame::SEARCH_KEYS />
                </button>
                <nav class="sidebar-navigation" aria-label=frame::NAVIGATION>
                    {navigation.run()}
                </nav>
                {foot.run()}
            </div>
            // The program shows it where a page could not be fetched.
            <p class="not-refreshed" role="alert" hidden="">
                {frame::NOT_REFRESHED}
                " · "
                <a href="">{frame::RETRY}</a>
            </p>
            <main id="main" class="page" tabindex="-1">
                {children()}
            </main>
        </div>
    }
}
