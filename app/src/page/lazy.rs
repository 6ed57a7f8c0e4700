//! Pages as routes know them: one type for all, since the router's code is made anew for every type of page.
//!
//! Most pages are not part of the first visit: a browser fetches their code when one is opened (the server has it all).
//! Pages of one chunk share a file. What several chunks need becomes further files, so there are few of them.

use crate::{error::AppError, program, ui::ErrorState};
use leptos::prelude::*;
use leptos_router::ChooseView;
use std::pin::Pin;

type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// What a route shows.
#[derive(Clone, Copy)]
pub enum Page {
    /// A page of the first visit.
    Here(fn() -> AnyView),
    /// A page whose code is fetched: how to show it, and how to fetch it ahead.
    Later(fn() -> Later<AnyView>, fn() -> Later<()>),
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        match self {
            Self::Here(view) => view(),
            Self::Later(view, _) => view().await,
        }
    }

    async fn preload(&self) {
        if let Self::Later(_, fetch) = self {
            fetch().await;
        }
    }
}

macro_rules! lazy {
    ($($chunk:ident: $name:ident = $module:ident::$page:ident;)+) => {
        $(
            #[doc = concat!("The page `", stringify!($name), "`, of the chunk `", stringify!($chunk), "`.")]
            pub fn $name() -> Page {
                Page::Later(
                    || Box::pin(async {
                        program::name(stringify!($chunk));
                        split::$name::$name().await.unwrap_or_else(|_| unreachable())
                    }),
                    // What fails here fails above again, and is said there.
                    || Box::pin(async { _ = split::$name::preload().await }),
                )
            }
        )+

        /// The chunk of each page, and how to fetch the page's code; false where it cannot be had.
        const PAGES: &[(&str, fn() -> Later<bool>)] = &[$(
            (stringify!($chunk), || Box::pin(async { split::$name::preload().await.is_ok() })),
        )+];

        mod split {$(
            pub mod $name {
                use leptos::{LazyViewError, prelude::*, wasm_split::wasm_split};

                #[wasm_split($chunk, wasm_split_path = ::leptos::wasm_split, fallible, preload(preload))]
                pub fn $name() -> Result<AnyView, LazyViewError> {
                    Ok(crate::page::$module::$page().into_any())
                }
            }
        )+}
    };
}

lazy! {
    door: setup = setup::Setup;
    door: sign_in = sign_in::SignIn;
    door: invitation = invitation::Invitation;
    door: reset = reset::Reset;
    forms: new_key = new_key::NewKey;
    forms: edit = edit::Edit;
    forms: regenerate = regenerate::Regenerate;
    forms: revoke_selected = revoke_selected::RevokeSelected;
    forms: revoke_all = revoke_all::RevokeAll;
    details: key = key::Key;
    details: overview = overview::Overview;
    details: revoke = revoke::Revoke;
    details: requests = requests::Requests;
    details: security_events = security_events::SecurityEvents;
    settings: audit_log = audit_log::AuditLog;
    settings: general = general::General;
    settings: members = members::Members;
    settings: invite = invite::Invite;
    settings: member_role = member::MemberRole;
    settings: member_removal = member::MemberRemoval;
    settings: support = support::Support;
}

/// Fetches the code of what the server has rendered, which names its chunks in its head: then the page can be taken over at
/// once. False where it cannot be had: the page goes on as one without JavaScript.
pub async fn fetch_rendered() -> bool {
    for (chunk, fetch) in PAGES {
        if program::names(chunk) && !fetch().await {
            return false;
        }
    }
    true
}

/// The server does not answer, or has another version of the chunk than of the rest: to load the page anew is the way out
/// of both.
fn unreachable() -> AnyView {
    let error = AppError::Unavailable(String::new());
    view! { <ErrorState error /> }.into_any()
}
