//! Parts of the pages about applications and their account.

mod account_card;
mod danger_zone;
mod zone_field;

pub use account_card::AccountCard;
pub use danger_zone::DangerZone;
pub use zone_field::{ZoneField, zone_options};
