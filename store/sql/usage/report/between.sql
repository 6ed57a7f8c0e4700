SELECT bucket, calls, client_errors, server_errors, latency_ms,
    within_25, within_100, within_250, within_1000, within_5000
FROM usage_report
WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
