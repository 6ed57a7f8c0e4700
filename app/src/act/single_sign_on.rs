//! Single sign-on.

use crate::error::AppError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The result of a test of the connection to the identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionTest {
    /// It can be used, with this number of keys.
    Works(usize),
    /// The reason why not.
    Fails(String),
}

/// Removes the person's link to the identity provider.
#[server(name = UnlinkIdentity, prefix = "/api", endpoint = "unlink_identity")]
pub async fn unlink_identity(#[server(default)] password: String) -> Result<(), AppError> {
    let session = crate::context::fresh_session(&password).await?;
    session.unlink_identity(&crate::context::origin()).await?;
    crate::context::say_done(crate::toast::Done::IdentityUnlinked);
    Ok(())
}

/// Reads the configuration and the keys of the identity provider. It changes nothing.
#[server(name = TestConnection, prefix = "/api", endpoint = "test_connection")]
pub async fn test_connection(app: String) -> Result<ConnectionTest, AppError> {
    let owner = crate::context::account_owner(&app).await?;
    Ok(match owner.check_single_sign_on().await? {
        Ok(keys) => ConnectionTest::Works(keys),
        Err(why) => ConnectionTest::Fails(why),
    })
}
