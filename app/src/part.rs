//! Parts: domain in, view out.

pub mod account_menu;
pub mod brand;
pub mod expiry_field;
pub mod filter_bar;
pub mod history;
pub mod key_actions;
pub mod key_facts;
pub mod key_form;
pub mod key_status;
pub mod key_table;
pub mod masked_key;
pub mod password_again;
pub mod revoke_dialog;
pub mod scope_list;
pub mod scope_picker;
pub mod secret_reveal;
pub mod usage_chart;

pub use account_menu::AccountMenu;
pub use brand::Brand;
pub use filter_bar::FilterBar;
pub use history::History;
pub use key_actions::{Changes, KeyActions};
pub use key_facts::KeyFacts;
pub use key_form::KeyForm;
pub use key_status::KeyStatus;
pub use key_table::KeyTable;
pub use masked_key::MaskedKey;
pub use password_again::PasswordAgain;
pub use revoke_dialog::RevokeDialog;
pub use scope_list::ScopeList;
pub use scope_picker::ScopePicker;
pub use secret_reveal::SecretReveal;
pub use usage_chart::UsageChart;
