//! `latchkey oidc`.

use crate::{
    config::Config,
    console::{self, CommandError},
};
use management::ProviderMembers;
use std::sync::Arc;
use store::Store;
use verification::{Clock, SystemClock};

/// Reads the configuration and the keys of the identity provider, and prints them, with what has to be registered there.
///
/// # Errors
/// If there is no provider, or it cannot be used: the reason.
pub async fn check(config: &Config) -> Result<(), CommandError> {
    let Some(single_sign_on) = &config.single_sign_on else {
        return Err(CommandError::Failed(
            "LATCHKEY_OIDC_ISSUER is not set: there is no single sign-on".into(),
        ));
    };
    let provider = &single_sign_on.provider;
    let clock = SystemClock::default();
    let now: oidc::Now = Arc::new(move || clock.now());
    let report = provider
        .check(&now)
        .await
        .map_err(|error| CommandError::failed("the identity provider cannot be used", error))?;
    let callback = format!(
        "{}{}",
        config.public_url.origin(),
        app::routes::SINGLE_SIGN_ON_CALLBACK
    );
    let keys = report.keys.to_string();
    for (what, value) in [
        ("issuer", provider.issuer()),
        ("sign-in", &report.authorization_endpoint),
        ("tokens", &report.token_endpoint),
        ("keys", &format!("{} ({keys} usable)", report.jwks_uri)),
        ("redirect URI to register", &callback),
    ] {
        console::print_result(format_args!("{what}: {value}"))?;
    }
    if report.lacks_auth_time {
        console::print_result(
            "warning: the provider does not list the claim auth_time. Without it, people who have no password cannot confirm that it is them, which is required to change access.",
        )?;
    }
    if let Some(members) = &single_sign_on.members {
        for warning in warnings(config, members).await? {
            console::print_result(format_args!("warning: {warning}"))?;
        }
    }
    console::print_result(
        "The identity provider can be used. The client's id and secret are checked at the first sign-in.",
    )
}

/// What is wrong with the provider's account. A database that cannot be opened is a warning too: it may not exist yet.
async fn warnings(config: &Config, members: &ProviderMembers) -> Result<Vec<String>, CommandError> {
    let store = match Store::open_without_ownership(&config.database_url).await {
        Ok(store) => store,
        Err(error) => {
            return Ok(vec![format!(
                "LATCHKEY_OIDC_ACCOUNT is not checked, because the database cannot be opened: {error}"
            )]);
        }
    };
    let warnings = members.warnings(&store).await;
    store.close().await;
    warnings.map_err(|error| CommandError::failed("the database cannot be read", error))
}
