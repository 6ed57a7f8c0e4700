SELECT id FROM (
    SELECT k.id
    FROM api_key k
    WHERE k.application_id = $1 AND k.sort_expiry > $2 AND k.sort_expiry <= $3
        AND k.revoked_at IS NULL AND (k.retires_at IS NULL OR k.retires_at > $2)
    LIMIT $8
) expires_soon
UNION
SELECT id FROM (
    SELECT k.id
    FROM api_key k
    JOIN key_last_use u ON u.key_id = k.id
    WHERE k.application_id = $1 AND k.confirmed_at IS NULL AND k.revoked_at IS NULL AND u.at = 0
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $2) AND (k.retires_at IS NULL OR k.retires_at > $2)))
    LIMIT $8
) not_confirmed
UNION
SELECT id FROM (
    SELECT k.id
    FROM key_last_use u
    JOIN api_key k ON k.id = u.key_id
    WHERE u.application_id = $1 AND u.at > 0 AND u.at <= $4
        AND k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $2) AND (k.retires_at IS NULL OR k.retires_at > $2)))
    LIMIT $8
) idle
UNION
SELECT id FROM (
    SELECT k.id
    FROM key_day d
    JOIN api_key k ON k.id = d.key_id
    WHERE d.application_id = $1 AND d.day = $5 AND d.rejected >= $6
        AND k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $2) AND (k.retires_at IS NULL OR k.retires_at > $2)))
    LIMIT $8
) denied
UNION
SELECT id FROM (
    SELECT k.id
    FROM security_event e
    JOIN api_key k ON k.id = e.subject
    WHERE e.account_id = (SELECT account_id FROM application WHERE id = $1)
        AND e.acknowledged_at IS NULL AND e.severity = $7
        AND k.application_id = $1 AND k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $2) AND (k.retires_at IS NULL OR k.retires_at > $2)))
    LIMIT $8
) critical_events
LIMIT $8
