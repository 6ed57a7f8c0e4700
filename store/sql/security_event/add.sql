UPDATE security_event
SET calls = calls + $5,
    first_at = CASE WHEN $6 < first_at THEN $6 ELSE first_at END,
    last_at = CASE WHEN $7 > last_at THEN $7 ELSE last_at END,
    address = $8,
    route = $9,
    user_agent = $10,
    request_id = $11,
    detail = $12
WHERE id = (
    SELECT id FROM security_event
    WHERE account_id = $1
        AND kind = $2
        AND subject = $3
        AND value = $4
        AND last_at >= $13
        AND acknowledged_at IS NULL
    ORDER BY last_at DESC
    LIMIT 1
)
