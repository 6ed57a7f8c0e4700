//! Bodies of the doors that take one.

use super::problem::Code;
use axum::body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::time::Duration;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// Bytes of a body.
const LONGEST: usize = 256 * 1024;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// For what [`receive`], and whoever reads what it received, refuses a body.
pub const REFUSALS: [Code; 3] = [Code::InvalidRequest, Code::BodyTooLarge, Code::BodyTooSlow];

/// The whole body.
///
/// # Errors
/// `body_too_large`, `body_too_slow`, and `invalid_request` for one that breaks off.
pub async fn receive(body: Body) -> Result<Zeroizing<Vec<u8>>, Code> {
    match timeout(PATIENCE, Limited::new(body, LONGEST).collect()).await {
        Ok(Ok(body)) => Ok(Zeroizing::new(body.to_bytes().to_vec())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Code::BodyTooLarge),
        Ok(Err(_)) => Err(Code::InvalidRequest),
        Err(_) => Err(Code::BodyTooSlow),
    }
}
