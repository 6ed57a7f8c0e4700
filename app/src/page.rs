//! Pages: what a route reads, and its parts.

pub mod api_keys;
pub mod application;
pub mod audit_log;
pub mod edit;
pub mod factor_policy;
pub mod forgot_password;
pub mod frame;
pub mod general;
pub mod home;
pub mod invitation;
pub mod invite;
pub mod key;
pub mod link;
pub mod member;
pub mod member_factors;
pub mod members;
pub mod new_application;
pub mod new_key;
pub mod not_found;
pub mod overview;
pub mod profile;
pub mod profile_frame;
pub mod regenerate;
pub mod requests;
pub mod reset;
pub mod revoke;
pub mod revoke_all;
pub mod revoke_selected;
pub mod scopes;
pub mod security_events;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod sign_in_code;
pub mod single_sign_on;
pub mod support;
pub mod two_factor;

use crate::{
    context,
    error::AppError,
    read::in_turn,
    ui::{Dialog, ErrorState, SignInAgain, TabTitle},
    words::common::tab_title,
};
use domain::{
    account::{Application, ApplicationConflict, Role},
    key::token::KeyId,
    second_factor::EnrolmentDeadline,
    security::OpenEventCounts,
};
use leptos::prelude::*;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};
use management::Viewer;

/// The application of a page, and the permission to read it: read once by the frame, for all of its pages.
#[derive(Clone)]
pub struct Here {
    /// The permission to read.
    pub viewer: Viewer,
    /// All applications of this person, by name, archived ones last.
    pub applications: Vec<Application>,
    /// The application's open security events.
    pub open_events: OpenEventCounts,
    /// Whether single keys are shortcuts for this person.
    pub shortcuts: bool,
    /// How the reader can make the sign-in fresh.
    pub again: SignInAgain,
    /// Until when the reader must add a second factor.
    pub enrolment: Option<EnrolmentDeadline>,
}

impl Here {
    /// Reads it for an application.
    ///
    /// # Errors
    /// [`AppError::SignedOut`]; [`AppError::NotFound`] if the application is not theirs.
    async fn read(app: &str) -> Result<Self, AppError> {
        let session = context::session().await?;
        let (viewer, applications) = context::viewer_among_applications(&session, app).await?;
        session.remember_application(viewer.application().id).await;
        Ok(Self {
            applications,
            open_events: viewer.open_events(None).await?,
            shortcuts: session.profile().shortcuts,
            again: SignInAgain::of(&session),
            enrolment: session.enrolment_deadline(),
            viewer,
        })
    }

    /// Returns the data that the frame around the page has read.
    ///
    /// # Panics
    /// Outside of the frame.
    pub fn from_frame() -> Self {
        expect_context()
    }

    /// The application's id, as in the path.
    pub fn app(&self) -> String {
        self.viewer.application().id.to_string()
    }

    /// The reader's role in the application.
    pub fn role(&self) -> Role {
        self.viewer.identity().role
    }

    /// Whether the reader is an owner of the account.
    pub fn owns_account(&self) -> bool {
        self.viewer.identity().account_role == Role::Owner
    }

    /// Whether the application is archived.
    pub fn is_archived(&self) -> bool {
        self.viewer.application().archived_at.is_some()
    }

    /// Whether the reader may change keys, and there is something to change: an archived application is for reading.
    pub fn editable(&self) -> bool {
        self.role().can_edit_keys() && !self.is_archived()
    }

    /// # Errors
    /// [`AppError::Conflict`] if the application is archived, so that no key can be created in it.
    pub fn require_usable(&self) -> Result<(), AppError> {
        if self.is_archived() {
            return Err(AppError::Conflict(
                ApplicationConflict::Archived.to_string(),
            ));
        }
        Ok(())
    }

    /// The title in the browser's tab.
    pub fn tab_title(&self, title: &str) -> AnyView {
        let text = tab_title(title, &self.viewer.application().name);
        view! { <TabTitle text /> }.into_any()
    }
}

/// A view of what is read first, or of the reason why it cannot be read.
pub fn loaded<V: IntoAny>(
    content: impl Future<Output = Result<V, AppError>> + Send + 'static,
) -> AnyView {
    in_turn(async move {
        match content.await {
            Ok(view) => view.into_any(),
            Err(error) => view! { <ErrorState error /> }.into_any(),
        }
    })
}

/// As [`loaded`], for a dialog: the reason is shown in a dialog with this id and title, which leads `back`.
pub fn loaded_dialog(
    id: &'static str,
    title: &'static str,
    back: String,
    content: impl Future<Output = Result<AnyView, AppError>> + Send + 'static,
) -> AnyView {
    in_turn(async move {
        match content.await {
            Ok(view) => view,
            Err(error) => view! {
                <Dialog id title back>
                    <div class="dialog-body">
                        <ErrorState error />
                    </div>
                </Dialog>
            }
            .into_any(),
        }
    })
}

/// A part of the path, such as `app`.
pub fn param(name: &'static str) -> String {
    use_params_map().with_untracked(|params| params.get(name).unwrap_or_default())
}

/// Returns the parsed query of the page's address.
pub fn query<T>(read: impl FnOnce(&ParamsMap) -> T) -> T {
    use_query_map().with_untracked(read)
}

/// Reads the id of a key.
///
/// # Errors
/// [`AppError::NotFound`] if it is none, which is the page's status.
pub fn key_id(text: &str) -> Result<KeyId, AppError> {
    text.parse()
        .map_err(|_| context::refuse(AppError::NotFound))
}
