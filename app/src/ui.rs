//! Components that know nothing of keys.

pub mod button;
pub mod chart_reader;
pub mod copy_button;
pub mod dialog;
pub mod dom;
pub mod download;
pub mod error_state;
pub mod error_summary;
pub mod field;
pub mod icon;
pub mod key_hint;
pub mod live;
pub mod menu;
pub mod notice;
pub mod passkey_button;
pub mod password_again;
pub mod sentence;
pub mod tab_title;
pub mod time;

pub use button::Submit;
pub use copy_button::CopyButton;
pub use dialog::{Dialog, DialogClose};
pub use error_state::ErrorState;
pub use error_summary::ErrorSummary;
pub use field::{FieldNote, SelectField, TextArea, TextField};
pub use icon::{Icon, Shape};
pub use key_hint::KeyHint;
pub use live::LiveRegion;
pub use menu::Menu;
pub use notice::Notice;
pub use passkey_button::{PasskeyButton, PasskeyFields, PasskeyStatus, PasskeysNeedJs};
pub use password_again::{PasswordAgain, SignInAgain};
pub use sentence::{Name, Sentence, Verbatim};
pub use tab_title::TabTitle;
pub use time::{Exact, Time};
