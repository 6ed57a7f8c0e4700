//! The numbers of a usage chart and their breakdown, as files.

use super::{CSV, CsvRows, ExportRefusal, ExportRequest, file};
use axum::response::Response;
use domain::{
    key::token::KeyId,
    usage::{Bucket, breakdown::OTHERS},
};
use management::{ChartQuery, ManagementError, UsageView, Viewer};

/// The first line of a chart's numbers.
const SERIES_HEADINGS: &str =
    "from,accepted,denied,rate limited,reported,client errors,server errors,average ms\r\n";
/// The first line of a breakdown.
const BREAKDOWN_HEADINGS: &str = "by,value,accepted,denied,rate limited\r\n";

/// `GET /apps/{app}/usage.csv` and `/apps/{app}/settings/api-keys/{key}/usage.csv`: one line for each
/// bar of the chart, also for those without calls.
pub async fn series(request: ExportRequest) -> Result<Response, ExportRefusal> {
    let subject = ExportSubject::of(&request).await?;
    let rows = series_rows(&subject, chart_query(&request)).await?;
    Ok(send(&subject, "usage", SERIES_HEADINGS, rows))
}

/// `GET …/breakdown.csv` beside either: one line for each value.
pub async fn breakdown(request: ExportRequest) -> Result<Response, ExportRefusal> {
    let subject = ExportSubject::of(&request).await?;
    let rows = breakdown_rows(&subject, chart_query(&request)).await?;
    Ok(send(&subject, "breakdown", BREAKDOWN_HEADINGS, rows))
}

/// Sends a file. It has some hundreds of lines at most, and is read before the response begins.
fn send(subject: &ExportSubject, name: &str, headings: &str, rows: CsvRows) -> Response {
    let prefix = subject
        .key
        .map_or_else(String::new, |key| format!("{key}-"));
    let name = format!("{prefix}{name}-{}.csv", subject.viewer.now().date_text());
    let text = format!("\u{feff}{headings}{}", rows.into_text());
    file(&name, CSV, text, futures_util::stream::empty())
}

/// The key or application whose usage is exported.
struct ExportSubject {
    viewer: Viewer,
    /// `None` for the whole application.
    key: Option<KeyId>,
}

impl ExportSubject {
    /// Returns what the path names.
    async fn of(request: &ExportRequest) -> Result<Self, ExportRefusal> {
        let viewer = request.viewer().await?;
        let key = request.path.get("key").map(|key| key.parse()).transpose();
        let key = key.map_err(|_| ManagementError::NotFound)?;
        Ok(Self { viewer, key })
    }

    async fn usage(&self) -> Result<UsageView, ManagementError> {
        Ok(match self.key {
            Some(key) => self.viewer.open_key(key).await?.usage(),
            None => self.viewer.usage().await,
        })
    }
}

/// Returns the range in the page's query.
fn chart_query(request: &ExportRequest) -> ChartQuery<'_> {
    ChartQuery {
        window: request.parameter("window"),
        from: request.parameter("from"),
        until: request.parameter("until"),
        zone: request.parameter("zone"),
    }
}

async fn series_rows(
    subject: &ExportSubject,
    query: ChartQuery<'_>,
) -> Result<CsvRows, ManagementError> {
    let (range, _) = subject.viewer.range(query);
    let mut rows = CsvRows::new();
    for bar in subject.usage().await?.bars(range).await?.bars {
        let average = bar.reported.average_ms();
        rows.push([
            &bar.at.to_string(),
            &bar.calls.accepted.to_string(),
            &bar.calls.refused.to_string(),
            &bar.calls.rate_limited.to_string(),
            &bar.reported.calls.to_string(),
            &bar.reported.client_errors.to_string(),
            &bar.reported.server_errors.to_string(),
            &average.map(|ms| ms.to_string()).unwrap_or_default(),
        ]);
    }
    Ok(rows)
}

async fn breakdown_rows(
    subject: &ExportSubject,
    query: ChartQuery<'_>,
) -> Result<CsvRows, ManagementError> {
    let (range, _) = subject.viewer.range(query);
    let breakdown = subject.usage().await?.breakdown(range).await?;
    let mut rows = CsvRows::new();
    for shares in breakdown.shares {
        let by = shares.dimension.as_str();
        for share in &shares.top {
            push_value(&mut rows, by, &share.value, share.calls);
        }
        if shares.rest.total() > 0 {
            push_value(&mut rows, by, OTHERS, shares.rest);
        }
    }
    Ok(rows)
}

fn push_value(rows: &mut CsvRows, by: &str, value: &str, sum: Bucket) {
    rows.push([
        by,
        value,
        &sum.accepted.to_string(),
        &sum.refused.to_string(),
        &sum.rate_limited.to_string(),
    ]);
}
