INSERT INTO usage_report (
    subject, span, bucket, calls, client_errors, server_errors, latency_ms,
    within_25, within_100, within_250, within_1000, within_5000
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (subject, span, bucket) DO UPDATE
SET calls = usage_report.calls + excluded.calls,
    client_errors = usage_report.client_errors + excluded.client_errors,
    server_errors = usage_report.server_errors + excluded.server_errors,
    latency_ms = usage_report.latency_ms + excluded.latency_ms,
    within_25 = usage_report.within_25 + excluded.within_25,
    within_100 = usage_report.within_100 + excluded.within_100,
    within_250 = usage_report.within_250 + excluded.within_250,
    within_1000 = usage_report.within_1000 + excluded.within_1000,
    within_5000 = usage_report.within_5000 + excluded.within_5000
