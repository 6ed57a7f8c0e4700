//! The list of an application's keys: tabs, filters, table, and what can be done with several keys at once.

mod bulk_bar;
mod filter_bar;
mod foot;
mod groups;
mod highlights;
mod no_keys;
mod revoke_selected_dialog;
mod sort_menu;
mod status;
mod table;

pub use bulk_bar::{BulkBar, BulkNotice};
pub use filter_bar::FilterBar;
pub use foot::KeyListFoot;
pub use groups::KeyGroups;
pub use highlights::KeyHighlights;
pub use no_keys::NoKeys;
pub use revoke_selected_dialog::RevokeSelectedDialog;
pub use sort_menu::SortMenu;
pub use table::KeyTable;
