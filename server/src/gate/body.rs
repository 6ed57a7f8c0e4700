//! Request bodies.

use axum::body::Body;
use contract::Code;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::time::Duration;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// Maximum length of a body.
const MAX_BODY_BYTES: usize = 256 * 1024;
/// How long a body may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The codes with which a body can be refused, by [`receive`] or when it is parsed.
pub const BODY_REFUSALS: [Code; 3] = [Code::InvalidRequest, Code::BodyTooLarge, Code::BodyTooSlow];

/// Receives the whole body.
///
/// # Errors
/// `body_too_large`, `body_too_slow`, and `invalid_request` where the connection fails.
pub async fn receive(body: Body) -> Result<Zeroizing<Vec<u8>>, Code> {
    match timeout(TIMEOUT, Limited::new(body, MAX_BODY_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(Zeroizing::new(body.to_bytes().to_vec())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Code::BodyTooLarge),
        Ok(Err(_)) => Err(Code::InvalidRequest),
        Err(_) => Err(Code::BodyTooSlow),
    }
}
