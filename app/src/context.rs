//! The context of a request: its session, its client, its time zone, and the cookies of the response.

#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
pub use server::{
    PageZone, SessionToken, Site, account_owner, admit, authenticated_again, begin_passkey_sign_in,
    browser_tokens, chart_query, complete_sign_in, confirm_password, cookie_value, cookies, device,
    editor, editor_with, end_passkey_sign_in, end_pending_sign_in, end_session, enrolling_session,
    fresh_account_owner, fresh_editor, fresh_owner, fresh_session, fresh_viewer, gate_address,
    is_signed_in, keyring, link, not_found, now, origin, owner, passkeys_offered, pending_sign_in,
    plain_post, provide_nonce, provide_zone, readable, readable_date, redirect, refuse,
    remember_theme, say_done, sends_mail, session, support, take_done, theme, use_zone, viewer,
    viewer_among_applications, viewer_in_passing,
};

use serde::{Deserialize, Serialize};

/// The theme that a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the device is set.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All of them, with the word on the button.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Light, "light", "Light"),
        (Self::Dark, "dark", "Dark"),
        (Self::System, "system", "System"),
    ];

    /// Reads the word that forms and the cookie hold; anything else is [`Theme::System`].
    pub fn parse(text: &str) -> Self {
        Self::ALL
            .iter()
            .find(|row| row.1 == text)
            .map_or(Self::System, |row| row.0)
    }

    /// The word that forms and the cookie hold.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The value of `data-theme` on the page's root, where it has one.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.as_str())
    }
}

/// Plain posts are not answered in the browser: its program does not contain what reads them.
#[cfg(not(feature = "ssr"))]
pub const fn plain_post() -> Option<crate::posted::Posted> {
    None
}

/// The browser has the server's clock from its page.
#[cfg(not(feature = "ssr"))]
pub fn now() -> Option<domain::time::Timestamp> {
    None
}
