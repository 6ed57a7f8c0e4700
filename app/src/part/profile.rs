//! Parts of the pages about the signed-in person.

mod authenticator_form;
mod factor_cards;
mod passkey_form;
mod qr_code;
mod recovery_code_list;

pub use authenticator_form::AuthenticatorForm;
pub use factor_cards::{AuthenticatorCard, FactorStatus, PasskeyCard};
pub use passkey_form::{PasskeyForm, PasskeyNameField};
pub use qr_code::QrCode;
pub use recovery_code_list::RecoveryCodeList;
