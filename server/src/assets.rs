//! The site's files, which are embedded in the binary.

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::fmt::Write;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
struct SiteFiles;

/// The content types by file extension; other files are not served.
const CONTENT_TYPES: [(&str, &str); 7] = [
    ("wasm", "application/wasm"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("ico", "image/x-icon"),
    ("png", "image/png"),
    ("woff2", "font/woff2"),
];

/// The encodings of precompressed files and their suffixes, the smaller one first.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

/// Serves the file at the request's path.
pub async fn file(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    match content_type(path) {
        Some(kind) => answer(path, kind, request.headers()),
        None => missing(),
    }
}

fn content_type(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    CONTENT_TYPES
        .iter()
        .find(|row| row.0 == extension)
        .map(|row| row.1)
}

fn answer(path: &str, kind: &'static str, headers: &HeaderMap) -> Response {
    let compressed = ENCODINGS
        .iter()
        .filter(|(encoding, _)| accepts(headers, encoding))
        .find_map(|(encoding, suffix)| {
            SiteFiles::get(&format!("{path}.{suffix}")).map(|file| (file, Some(*encoding)))
        });
    let Some((file, encoding)) =
        compressed.or_else(|| SiteFiles::get(path).map(|file| (file, None)))
    else {
        return missing();
    };
    let tag = etag(&file, encoding);
    let fresh = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| matches!(known.trim().trim_start_matches("W/"), known if known == tag || known == "*"));
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data).into_response()
    };
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(caching(kind)),
    );
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding.filter(|_| !fresh) {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Returns for how long browsers may use a file. A font's name contains its version. The other names do not change with the
/// contents, so a browser revalidates each time; the usual response is 304.
fn caching(kind: &str) -> &'static str {
    if kind == "font/woff2" {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=0, must-revalidate"
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "There is no such file.\n").into_response()
}

/// Returns the entity tag. Each encoding has one of its own (RFC 9110, 8.8.3.3).
fn etag(file: &EmbeddedFile, encoding: Option<&str>) -> String {
    let mut tag = String::from("\"");
    for byte in file.metadata.sha256_hash().iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push_str(encoding.unwrap_or_default());
    tag.push('"');
    tag
}

/// Whether `Accept-Encoding` names `encoding` with a weight above 0.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            let refused = parts.any(|part| {
                part.strip_prefix("q=")
                    .is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
            });
            named && !refused
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_used_only_if_the_client_accepts_it() {
        for (value, wanted) in [
            ("gzip, deflate, br, zstd", true),
            ("BR", true),
            ("br;q=0.5", true),
            ("br;q=0", false),
            ("br; q=0.0", false),
            ("gzip", false),
            ("brotli", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(accepts(&headers, "br"), wanted, "{value}");
        }
    }

    #[test]
    fn only_listed_file_types_are_served() {
        assert_eq!(content_type("pkg/latchkey.wasm"), Some("application/wasm"));
        for hidden in [
            "pkg/latchkey.wasm.br",
            "pkg/",
            "pkg/latchkey.d.ts",
            "pkg/package.json",
            "",
        ] {
            assert_eq!(content_type(hidden), None, "{hidden}");
        }
    }
}
