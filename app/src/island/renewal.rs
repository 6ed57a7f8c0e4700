//! A session that has ended: the reader signs in again over the page, and the form that was refused is sent again. Only what
//! recognises it is part of the program from the start.

mod dialog;

pub(crate) use dialog::{RenewalStart, answered, ask, begin, go_on};

use web_sys::{Element, HtmlFormElement};

/// Whether an address is that of the sign-in page, with the way back.
pub fn is_needed(address: &str) -> bool {
    address.starts_with("/sign-in?next=")
}

/// The dialog around a form, if the form is the one that renews the session.
pub fn dialog_of(form: &HtmlFormElement) -> Option<Element> {
    form.closest("dialog[data-renewal]").ok()?
}
