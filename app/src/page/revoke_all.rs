//! The dialog before all keys are revoked.

use super::{Here, loaded_dialog};
use crate::{
    act::keys::bulk::{AllRevoked, RevokeAllKeys},
    form::posted,
    part::revoke_form::RevokeForm,
    routes,
    ui::{Dialog, DialogClose, Sentence},
    words::{list as words, nodes, number::grouped},
};
use leptos::{prelude::*, server_fn::ServerFn};
use management::Owner;

/// The dialog over the list.
#[component]
pub fn RevokeAll() -> impl IntoView {
    let here = Here::from_frame();
    let back = routes::list(&here.app());
    loaded_dialog("revoke-all", words::REVOKE_ALL, back, async move {
        let owner = here.viewer.owner()?;
        let all = owner.all_keys().await?;
        Ok(dialog(&owner, all.keys, all.calls))
    })
}

/// `keys` are those that are not revoked, `calls` theirs of the last hour.
fn dialog(owner: &Owner, keys: i64, calls: i64) -> AnyView {
    let (app, fresh) = (owner.application().id.to_string(), owner.is_fresh());
    let title = Sentence::about([&owner.application().name], |[name]| {
        words::revoke_all(name)
    });
    let back = routes::list(&app);
    let outcome = posted::<AllRevoked>(RevokeAllKeys::PATH);
    if let Some(Ok(AllRevoked { keys, nodes })) = outcome {
        let nodes = nodes.map(|nodes| format!(" {}", nodes.say(nodes::rejected)));
        return view! {
            <Dialog id="revoked-all" title=words::REVOKED_TITLE back=back.clone()>
                <div class="dialog-body">
                    <p role="status">{words::revoked(keys)} {nodes}</p>
                </div>
                <DialogClose back label=words::DONE />
            </Dialog>
        }
        .into_any();
    }
    view! {
        <RevokeForm
            id="revoke-all"
            title
            text=words::ALL_CONSEQUENCE
            action=RevokeAllKeys::PATH
            app
            back
            fresh
            submit=words::REVOKE_ALL
            confirm=words::ALL_CONFIRM
            reason_hint=words::REASON_HINT
        >
            <dl class="impact">
                <dt>{words::ALL_KEYS}</dt>
                <dd>{grouped(keys)}</dd>
                <dt>{words::ALL_HOUR}</dt>
                <dd>{grouped(calls)}</dd>
            </dl>
        </RevokeForm>
    }
    .into_any()
}
