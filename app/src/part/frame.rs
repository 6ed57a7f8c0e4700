//! The frame of pages: navigation, menus, dialogs and messages.

mod account_menu;
mod app_switch;
mod brand;
mod command_menu;
mod enrolment_notice;
mod passing_dialogs;
mod shell;
mod toasts;

pub use account_menu::{AccountMenu, ThemeChoice};
pub use app_switch::{APPLICATIONS, AppSwitch};
pub use brand::Brand;
pub use command_menu::{CommandMenu, MenuApplication};
pub use enrolment_notice::EnrolmentNotice;
pub use passing_dialogs::{PassingDialogs, ShortcutList};
pub use shell::Shell;
pub use toasts::Toasts;
