//! The fields of a key's forms: they are checked as they are left.

mod change_review;
pub(crate) mod create_fields;
pub(crate) mod edit_fields;
mod expiry_field;
mod field_errors;
mod key_fields;
mod restrictions;
mod same_name;
mod scope_picker;
mod summary;

pub use expiry_field::ExpiryField;

use change_review::ChangeReview;
use key_fields::KeyFields;
use restrictions::Restrictions;
use same_name::SameName;
use scope_picker::ScopePicker;
