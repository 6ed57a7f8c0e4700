//! Tells the pages who is asking. Whether a session is good is the keyring's to say, when a page needs one.

use crate::{AppState, request};
use app::context::SessionToken;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::origin::Origin;
use http::{HeaderMap, StatusCode, header};

/// Puts the session cookie, the request's origin and the site into the request. A host by which this server is not
/// reached is refused: links and cookies of another name's pages would be that name's.
pub async fn introduce(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST);
    let host = host.map(|host| host.to_str().unwrap_or_default());
    let Some(site) = state.public_url.site(host) else {
        tracing::warn!(
            reference = &*request::id_of(request.extensions()),
            host = host.unwrap_or_default(),
            "a page was asked for by a name that is not LATCHKEY_PUBLIC_URL's"
        );
        return misdirected(state.public_url.origin());
    };
    let token = cookie(request.headers(), &site.cookie("latchkey")).map(SessionToken);
    let origin = Origin {
        address: request::address_of(request.extensions()),
        user_agent: request::user_agent_of(request.headers()).to_owned(),
        request_id: request::id_of(request.extensions()).to_string(),
    };
    let extensions = request.extensions_mut();
    extensions.insert(origin);
    extensions.insert(site);
    if let Some(token) = token {
        extensions.insert(token);
    }
    next.run(request).await
}

/// RFC 9110, 15.5.20.
fn misdirected(origin: &str) -> Response {
    let sentence = format!(
        "This dashboard is at {origin}. If you run it, and reach it by another name, set LATCHKEY_PUBLIC_URL to that, and \
         let your proxy pass the Host header on.\n"
    );
    (StatusCode::MISDIRECTED_REQUEST, sentence).into_response()
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
