//! Rows of applications.

use domain::{
    account::Application,
    id::{AccountId, ApplicationId},
    time::Timestamp,
};
use uuid::Uuid;

/// An application without a role in it.
#[derive(sqlx::FromRow)]
pub(super) struct ApplicationWithAccountRow {
    pub(super) id: Uuid,
    pub(super) account_id: Uuid,
    pub(super) account_name: String,
    pub(super) name: String,
    pub(super) time_zone: String,
    pub(super) archived_at: Option<i64>,
}

impl ApplicationWithAccountRow {
    pub(super) fn application(self) -> Application {
        Application {
            id: ApplicationId(self.id),
            account_id: AccountId(self.account_id),
            account_name: self.account_name,
            name: self.name,
            time_zone: self.time_zone,
            archived_at: self.archived_at.map(Timestamp),
        }
    }
}
