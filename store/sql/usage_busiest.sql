SELECT k.id, k.name,
    CAST(SUM(CASE WHEN u.outcome = 'accepted' THEN u.calls ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN u.outcome = 'refused' THEN u.calls ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN u.outcome = 'rate_limited' THEN u.calls ELSE 0 END) AS BIGINT)
FROM api_key k CROSS JOIN usage_rollup u
WHERE k.application_id = $1 AND u.subject = k.id AND u.span = $2 AND u.bucket >= $3
GROUP BY k.id, k.name
