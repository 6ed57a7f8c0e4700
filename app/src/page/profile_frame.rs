//! The frame of the pages about the signed-in person, which belong to no application.

use super::frame::{NoPage, PageLink};
use crate::{
    context,
    error::AppError,
    part::frame::{AccountMenu, Brand, CommandMenu, EnrolmentNotice, Shell, ShortcutList, Toasts},
    read::in_turn,
    routes,
    ui::{Icon, Sentence, Shape, SignInAgain},
    words::{frame, profile, two_factor},
};
use domain::account::Application;
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};
use management::Session;

/// The pages in the order of the navigation: the path, whether it is a page's without those beneath, an icon and a name.
const PAGES: [(&str, bool, Shape, &str); 3] = [
    (routes::PROFILE, true, Shape::Settings, profile::TITLE),
    (routes::SESSIONS, false, Shape::Devices, profile::SESSIONS),
    (
        routes::TWO_FACTOR,
        false,
        Shape::Shield,
        two_factor::NAVIGATION,
    ),
];

/// The signed-in person: read once by the frame, for all of its pages.
#[derive(Clone)]
pub struct Me {
    /// The session of this browser.
    pub session: Session,
    /// All applications of this person, by name.
    pub applications: Vec<Application>,
}

impl Me {
    async fn read() -> Result<Self, AppError> {
        // A person who must add a second factor may see the page that does it.
        let session = if is_enrolment() {
            context::enrolling_session().await?
        } else {
            context::session().await?
        };
        let applications = session.applications().await?;
        let zone = match (
            &*session.profile().time_zone,
            session.last_used(&applications),
        ) {
            ("", Some(application)) => application.time_zone.as_str(),
            (own, _) => own,
        };
        context::use_zone(zone);
        Ok(Self {
            session,
            applications,
        })
    }

    /// Returns the data that the frame around the page has read.
    ///
    /// # Panics
    /// Outside of the frame.
    pub fn from_frame() -> Self {
        expect_context()
    }
}

/// Whether the page is the one that adds a second factor.
fn is_enrolment() -> bool {
    let path = use_location().pathname.get_untracked();
    path.trim_end_matches('/') == routes::TWO_FACTOR
}

/// The side navigation, and the page beside it.
#[component]
pub fn ProfileFrame() -> impl IntoView {
    in_turn(async {
        match Me::read().await {
            Ok(me) => framed(me),
            Err(error) => view! { <NoPage error /> }.into_any(),
        }
    })
}

fn framed(me: Me) -> AnyView {
    provide_context(me.clone());
    provide_context(SignInAgain::of(&me.session));
    let shortcuts = me.session.profile().shortcuts;
    let support = me.session.is_support();
    let applications = me
        .applications
        .iter()
        .filter(|application| application.archived_at.is_none())
        .map(|application| {
            (
                application.name.clone(),
                routes::list(&application.id.to_string()),
            )
        })
        .collect();
    let session = me.session.clone();
    let deadline = (!is_enrolment())
        .then(|| session.enrolment_deadline())
        .flatten();
    let foot = move || {
        let (email, name) = (session.email().clone(), session.profile().name.clone());
        view! { <AccountMenu email name theme=context::theme() /> }
    };
    view! {
        <Shell
            head=|| view! { <Brand /> }
            foot
            navigation=move || view! { <Navigation me=me.clone() /> }
            shortcuts
        >
            <EnrolmentNotice deadline />
            <Outlet />
        </Shell>
        <ShortcutList shortcuts />
        <CommandMenu support others=applications />
        <Toasts />
    }
    .into_any()
}

#[component]
fn Navigation(me: Me) -> impl IntoView {
    let back = return_link(&me).map(|(href, label)| {
        view! {
            <ul class="sidebar-links">
                <li>
                    <a href=href>
                        <Icon shape=Shape::ArrowLeft />
                        <span>{label.view()}</span>
                    </a>
                </li>
            </ul>
        }
    });
    let pages = PAGES
        .map(|(path, exact, shape, label)| {
            view! {
                <li>
                    <PageLink href=path.to_owned() exact>
                        <Icon shape />
                        {label}
                    </PageLink>
                </li>
            }
        })
        .collect_view();
    view! {
        {back}
        <p class="sidebar-heading" id="navigation-profile">
            {profile::HEADING}
        </p>
        <ul class="sidebar-links" aria-labelledby="navigation-profile">
            {pages}
        </ul>
    }
}

/// The address and the label of the link back to the application used last, or to the account lookup.
fn return_link(me: &Me) -> Option<(String, Sentence)> {
    match me.session.last_used(&me.applications) {
        Some(application) => Some((
            routes::list(&application.id.to_string()),
            Sentence::about([&application.name], |[name]| profile::back_to(name)),
        )),
        None if me.session.is_support() => Some((
            routes::SUPPORT.to_owned(),
            profile::back_to(frame::LOOK_UP).into(),
        )),
        None => None,
    }
}
