//! Tells the pages who is asking. Whether a session is good is the keyring's to say, when a page needs one.

use crate::{AppState, request};
use app::context::{SessionToken, Site};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, header};
use keyring::Origin;

/// Puts the session cookie, the request's origin and the site's kind into the request.
pub async fn introduce(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let secure = state.public_url.is_secure();
    let token = cookie(request.headers(), cookie_name(secure)).map(SessionToken);
    let origin = Origin {
        address: request::address_of(request.extensions()),
        user_agent: request::user_agent_of(request.headers()).to_owned(),
        request_id: request::id_of(request.extensions()).to_string(),
    };
    let extensions = request.extensions_mut();
    extensions.insert(origin);
    extensions.insert(Site { secure });
    if let Some(token) = token {
        extensions.insert(token);
    }
    next.run(request).await
}

/// The session cookie's name. `__Host-` binds it to this host, this path and https (RFC 6265bis, 4.1.3.2).
pub const fn cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-latchkey"
    } else {
        "latchkey"
    }
}

fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value.trim_matches('"').to_owned())
        .filter(|value| !value.is_empty() && value.len() <= 512)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_cookie_is_found_by_its_whole_name() {
        for (line, found) in [
            ("latchkey=abc", Some("abc")),
            ("a=b; latchkey=abc; c=d", Some("abc")),
            ("latchkey-theme=dark;latchkey=abc", Some("abc")),
            ("xlatchkey=abc", None),
            ("latchkey=", None),
            ("latchkey", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(header::COOKIE, HeaderValue::from_static("other=1"));
            headers.append(header::COOKIE, HeaderValue::from_static(line));
            assert_eq!(cookie(&headers, "latchkey").as_deref(), found, "{line}");
        }
    }
}
