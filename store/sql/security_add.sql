UPDATE security_event
SET calls = calls + $6,
    first_at = CASE WHEN $7 < first_at THEN $7 ELSE first_at END,
    last_at = CASE WHEN $8 > last_at THEN $8 ELSE last_at END,
    address = $9,
    route = $10,
    user_agent = $11,
    request_id = $12,
    detail = $13
WHERE id = (
    SELECT id FROM security_event
    WHERE account_id = $1
        AND kind = $2
        AND subject = $3
        AND value = $4
        AND last_at >= $5
        AND acknowledged_at IS NULL
    ORDER BY last_at DESC
    LIMIT 1
)
