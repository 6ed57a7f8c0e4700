//! The numbers of a chart, and what its calls have in common, as files.

use super::{CSV, file, line, refuse, session, to_sign_in};
use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    extract::{Path, Query, Request, State},
    response::Response,
};
use domain::origin::Origin;
use domain::{
    key::token::KeyId,
    usage::{Bucket, breakdown::OTHERS},
};
use management::{ChartQuery, ManagementError, UsageView, Viewer};
use std::collections::HashMap;

/// The first line of a chart's numbers.
const NUMBERS: &str =
    "from,accepted,refused,rate limited,reported,client errors,server errors,average ms\r\n";
/// The first line of what they are made of.
const PARTS: &str = "by,value,accepted,refused,rate limited\r\n";

/// `GET /apps/{app}/usage.csv` and `/apps/{app}/settings/api-keys/{key}/usage.csv`: a bar a line, those without calls too.
#[expect(
    clippy::implicit_hasher,
    reason = "an extractor is made by axum, never by a caller"
)]
pub async fn numbers(
    state: State<AppState>,
    path: Path<HashMap<String, String>>,
    query: Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    origin: Extension<Origin>,
    request: Request,
) -> Response {
    send(What::Numbers, state, path, query, token, origin, request).await
}

/// `GET …/breakdown.csv` beside either: a value a line.
#[expect(
    clippy::implicit_hasher,
    reason = "an extractor is made by axum, never by a caller"
)]
pub async fn parts(
    state: State<AppState>,
    path: Path<HashMap<String, String>>,
    query: Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    origin: Extension<Origin>,
    request: Request,
) -> Response {
    send(What::Parts, state, path, query, token, origin, request).await
}

/// Which file.
enum What {
    Numbers,
    Parts,
}

/// Files of some hundreds of lines at most: they are read before the answer begins.
async fn send(
    what: What,
    state: State<AppState>,
    path: Path<HashMap<String, String>>,
    query: Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    origin: Extension<Origin>,
    request: Request,
) -> Response {
    let place = match place(&state, &path, token, origin).await {
        Ok(Some(place)) => place,
        Ok(None) => return to_sign_in(&request),
        Err(error) => return refuse(&error),
    };
    let (name, headings, lines) = match what {
        What::Numbers => ("usage", NUMBERS, lines_of_numbers(&place, &query).await),
        What::Parts => ("breakdown", PARTS, lines_of_parts(&place, &query).await),
    };
    let lines = match lines {
        Ok(lines) => lines,
        Err(error) => return refuse(&error),
    };
    let whose = place.key.map_or_else(String::new, |key| format!("{key}-"));
    let name = format!("{whose}{name}-{}.csv", place.viewer.now().date_text());
    let text = format!("\u{feff}{headings}{lines}");
    file(&name, CSV, text, futures_util::stream::empty())
}

/// Whose numbers are asked for, by whom.
struct Place {
    viewer: Viewer,
    key: Option<KeyId>,
}

impl Place {
    async fn usage(&self) -> Result<UsageView, ManagementError> {
        Ok(match self.key {
            Some(key) => self.viewer.open_key(key).await?.usage(),
            None => self.viewer.usage().await,
        })
    }
}

/// Nothing where nobody is signed in.
async fn place(
    state: &AppState,
    path: &HashMap<String, String>,
    token: Option<Extension<SessionToken>>,
    Extension(origin): Extension<Origin>,
) -> Result<Option<Place>, ManagementError> {
    let Some(session) = session(state, token).await? else {
        return Ok(None);
    };
    let app = path.get("app").map_or("", String::as_str);
    let app = app.parse().map_err(|_| ManagementError::NotFound)?;
    let viewer = session.viewer(app, origin).await?;
    let key = path.get("key").map(|key| key.parse()).transpose();
    let key = key.map_err(|_| ManagementError::NotFound)?;
    Ok(Some(Place { viewer, key }))
}

/// What the page's address asks for.
fn asked(query: &HashMap<String, String>) -> ChartQuery<'_> {
    let get = |name: &str| query.get(name).map_or("", String::as_str);
    ChartQuery {
        window: get("window"),
        from: get("from"),
        until: get("until"),
        zone: get("zone"),
    }
}

async fn lines_of_numbers(
    place: &Place,
    query: &HashMap<String, String>,
) -> Result<String, ManagementError> {
    let (range, _) = place.viewer.range(asked(query));
    let mut text = String::new();
    for bar in place.usage().await?.bars(range).await? {
        let average = bar.reported.average_ms();
        let cells: [&str; 8] = [
            &bar.at.to_string(),
            &bar.calls.accepted.to_string(),
            &bar.calls.refused.to_string(),
            &bar.calls.rate_limited.to_string(),
            &bar.reported.calls.to_string(),
            &bar.reported.client_errors.to_string(),
            &bar.reported.server_errors.to_string(),
            &average.map(|ms| ms.to_string()).unwrap_or_default(),
        ];
        line(&mut text, cells);
    }
    Ok(text)
}

async fn lines_of_parts(
    place: &Place,
    query: &HashMap<String, String>,
) -> Result<String, ManagementError> {
    let (range, _) = place.viewer.range(asked(query));
    let breakdown = place.usage().await?.breakdown(range).await?;
    let mut text = String::new();
    for shares in breakdown.shares {
        let by = shares.dimension.as_str();
        for share in &shares.top {
            one_part(&mut text, by, &share.value, share.calls);
        }
        if shares.rest.total() > 0 {
            one_part(&mut text, by, OTHERS, shares.rest);
        }
    }
    Ok(text)
}

fn one_part(text: &mut String, by: &str, value: &str, sum: Bucket) {
    let cells: [&str; 5] = [
        by,
        value,
        &sum.accepted.to_string(),
        &sum.refused.to_string(),
        &sum.rate_limited.to_string(),
    ];
    line(text, cells);
}
