//! The fields of a key's forms: they are checked as they are left.

mod change_review;
mod create_fields;
mod edit_fields;
mod expiry_field;
mod field_errors;
mod key_fields;
mod scope_picker;

pub(crate) use create_fields::CreateKeyFields;
pub(crate) use edit_fields::EditFields;
pub use expiry_field::ExpiryField;

use change_review::ChangeReview;
use key_fields::KeyFields;
use scope_picker::ScopePicker;
