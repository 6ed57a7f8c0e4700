//! The settings of the identity provider.

use super::{environment::VariableSource, error::ConfigError, variables};
use domain::single_sign_on::GroupRoles;
use management::{ProviderMembers, SingleSignOn};
use oidc::{Provider, ProviderSettings, issuer_url, read_authorities};
use std::{ffi::OsString, fs, time::Duration};

/// For each exchange with the provider.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of characters of the provider's name.
const MAX_NAME_CHARS: usize = 40;

/// Reads the settings of the provider; `None` without an issuer.
///
/// # Errors
/// The first invalid or missing setting.
pub fn read<F: Fn(&str) -> Option<OsString>>(
    environment: &VariableSource<F>,
) -> Result<Option<SingleSignOn>, ConfigError> {
    // All are read, so that a mistake is reported even if the issuer is missing.
    let issuer = environment.get(&variables::OIDC_ISSUER)?;
    let client_id = environment.get(&variables::OIDC_CLIENT_ID)?;
    let client_secret = environment.secret(
        &variables::OIDC_CLIENT_SECRET,
        &variables::OIDC_CLIENT_SECRET_FILE,
    )?;
    let name = environment.parse(&variables::OIDC_NAME, |text| {
        let plain = text.chars().count() <= MAX_NAME_CHARS && !text.chars().any(char::is_control);
        plain.then(|| text.to_owned())
    })?;
    let scopes = environment.parse(&variables::OIDC_SCOPES, |text| {
        let scopes: Vec<_> = text.split_whitespace().collect();
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
        (plain && scopes.contains(&"openid")).then(|| scopes.join(" "))
    })?;
    let groups_claim =
        environment.parse(&variables::OIDC_GROUPS_CLAIM, |text| Some(text.to_owned()))?;
    let account = environment.get(&variables::OIDC_ACCOUNT)?;
    let roles = environment
        .get(&variables::OIDC_ROLES)?
        .map(|text| {
            let variable = variables::OIDC_ROLES;
            GroupRoles::parse(&text).ok_or_else(|| {
                ConfigError::value(variable.name, &text, variable.problem, variable.allowed)
            })
        })
        .transpose()?;
    let link_by_email = environment.parse(&variables::OIDC_LINK_BY_EMAIL, |text| match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    })?;
    let authorities = environment
        .get(&variables::OIDC_CA_FILE)?
        .map_or_else(|| Ok(Vec::new()), |path| authorities(&path))?;
    let members = match (account, roles) {
        (Some(account), Some(roles)) => Some(ProviderMembers { account, roles }),
        (None, None) => None,
        (Some(_), None) => return Err(missing(&variables::OIDC_ROLES, &variables::OIDC_ACCOUNT)),
        (None, Some(_)) => return Err(missing(&variables::OIDC_ACCOUNT, &variables::OIDC_ROLES)),
    };
    let Some(issuer) = issuer else {
        return without_issuer(environment);
    };
    if link_by_email && members.is_none() {
        let because = &variables::OIDC_LINK_BY_EMAIL;
        return Err(missing(&variables::OIDC_ACCOUNT, because));
    }
    let variable = variables::OIDC_ISSUER;
    if issuer_url(&issuer).is_none() {
        // An address with credentials is refused too, and must not be shown.
        let shown = if issuer.contains('@') {
            "[redacted]"
        } else {
            &issuer
        };
        let error = ConfigError::value(variable.name, shown, variable.problem, variable.allowed);
        return Err(error);
    }
    let needed = |variable| missing(variable, &variables::OIDC_ISSUER);
    let client_id = client_id.ok_or_else(|| needed(&variables::OIDC_CLIENT_ID))?;
    let client_secret = client_secret
        .ok_or_else(|| needed(&variables::OIDC_CLIENT_SECRET))?
        .text
        .into();
    let provider = Provider::new(ProviderSettings {
        issuer,
        client_id,
        client_secret,
        scopes,
        groups_claim,
        authorities,
        timeout: TIMEOUT,
    })
    .map_err(|why| ConfigError {
        variable: variable.name,
        why,
        allowed: variable.allowed,
    })?;
    Ok(Some(SingleSignOn {
        provider,
        name,
        link_by_email,
        members,
    }))
}

/// No other variable of the provider has an effect then.
fn without_issuer<F: Fn(&str) -> Option<OsString>>(
    environment: &VariableSource<F>,
) -> Result<Option<SingleSignOn>, ConfigError> {
    for variable in [
        &variables::OIDC_CLIENT_ID,
        &variables::OIDC_CLIENT_SECRET,
        &variables::OIDC_CLIENT_SECRET_FILE,
        &variables::OIDC_NAME,
        &variables::OIDC_SCOPES,
        &variables::OIDC_GROUPS_CLAIM,
        &variables::OIDC_ACCOUNT,
        &variables::OIDC_ROLES,
        &variables::OIDC_LINK_BY_EMAIL,
        &variables::OIDC_CA_FILE,
    ] {
        if environment.get(variable)?.is_some() {
            return Err(missing(&variables::OIDC_ISSUER, variable));
        }
    }
    Ok(None)
}

/// A certificate is not secret: the file may have any mode.
fn authorities(path: &str) -> Result<Vec<oidc::Certificate>, ConfigError> {
    fs::read(path)
        .map_err(|error| error.to_string())
        .and_then(|pem| read_authorities(&pem))
        .map_err(|cause| ConfigError {
            variable: variables::OIDC_CA_FILE.name,
            why: format!("{path} cannot be used: {cause}"),
            allowed: variables::OIDC_CA_FILE.allowed,
        })
}

fn missing(variable: &variables::Variable, because: &variables::Variable) -> ConfigError {
    ConfigError {
        variable: variable.name,
        why: format!("it is missing, although {} is set", because.name),
        allowed: variable.allowed,
    }
}
