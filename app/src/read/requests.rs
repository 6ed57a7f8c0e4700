//! The answer of the simulator.

use crate::{
    error::{AppError, FieldError},
    routes::RequestsAddress,
};
use domain::{decision::SimulatedRequest, key::token::KeyId, verdict::Verdict};
use management::Viewer;

/// The gate's answer to a simulated request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// Accepted, or why not.
    pub verdict: Verdict,
    /// The client's address; empty if it is unknown.
    pub address: String,
    /// The scopes that the request needs.
    pub scope: String,
}

/// Returns the gate's answer to a request with the key's secret, as the page's address describes it.
///
/// # Errors
/// A sentence for every field that breaks a rule, all at once.
pub async fn simulate(
    viewer: &Viewer,
    key: KeyId,
    asked: &RequestsAddress,
) -> Result<Simulated, AppError> {
    let case = SimulatedRequest::parse(&asked.address, &asked.scope, &asked.at, viewer.now())
        .map_err(|wrong| {
            let errors = wrong
                .into_iter()
                .map(|(field, error)| FieldError::new(field, error.0));
            AppError::Invalid(errors.collect())
        })?;
    Ok(Simulated {
        verdict: viewer.simulate_request(key, &case).await?,
        address: case
            .address
            .map_or_else(String::new, |address| address.to_string()),
        scope: case.scopes.to_string(),
    })
}
