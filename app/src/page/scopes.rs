//! App Settings → Scopes.

use super::{Here, loaded};
use crate::{
    part::page_head::PageHead,
    routes::{self, ListAddress, QueryAddress},
    words::scopes as words,
};
use domain::key::scope::{CATALOGUE, Resource, ScopeSet};
use leptos::prelude::*;

/// The catalogue of scopes, with a link to the keys that have each.
#[component]
pub fn Scopes() -> impl IntoView {
    let here = Here::from_frame();
    let title = here.tab_title(words::TITLE);
    let catalogue = loaded(async move {
        let used = here.viewer.key_filter_choices().await?.scopes;
        let app = here.app();
        Ok(view! { <Catalogue app used /> })
    });
    view! {
        {title}
        <PageHead title=words::TITLE lead=words::LEAD />
        {catalogue}
    }
}

/// A row for each resource. `used` are the scopes that any key has. Roles are explicit, because `display: block` on a narrow
/// screen would remove the implicit ones.
#[component]
fn Catalogue(app: String, used: ScopeSet) -> impl IntoView {
    let rows = CATALOGUE
        .iter()
        .map(|resource| {
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">
                        {resource.title}
                    </th>
                    <td role="cell">
                        <ul class="scope-list">{scopes(&app, resource, used)}</ul>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="scopes" role="table">
                <caption class="visually-hidden">{words::TITLE}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">
                            {words::RESOURCE}
                        </th>
                        <th scope="col" role="columnheader">
                            {words::TITLE}
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

fn scopes(app: &str, resource: &Resource, used: ScopeSet) -> AnyView {
    resource
        .actions
        .iter()
        .map(|action| {
            let scope = format!("{}:{action}", resource.name);
            let name = view! { <code translate="no">{scope.clone()}</code> };
            if ScopeSet::one(&scope).is_ok_and(|one| used.contains(one)) {
                let address = ListAddress {
                    scope,
                    ..ListAddress::default()
                };
                let keys = address.path(&routes::list(app));
                view! {
                    <li>
                        <a href=keys>
                            <span class="visually-hidden">{words::KEYS_WITH} " "</span>
                            {name}
                        </a>
                    </li>
                }
                .into_any()
            } else {
                view! { <li>{name}</li> }.into_any()
            }
        })
        .collect_view()
        .into_any()
}
