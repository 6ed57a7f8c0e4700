WITH not_ended AS NOT MATERIALIZED (
    SELECT id, confirmed_at, sort_expiry
    FROM api_key
    WHERE application_id = $1 AND revoked_at IS NULL
        AND (deactivated_at IS NOT NULL OR (sort_expiry > $2 AND (retires_at IS NULL OR retires_at > $2)))
)
SELECT id FROM (
    SELECT k.id FROM not_ended k WHERE k.sort_expiry > $2 AND k.sort_expiry <= $3 LIMIT $8
) expires_soon
UNION
SELECT id FROM (
    SELECT k.id FROM not_ended k JOIN key_last_use u ON u.key_id = k.id WHERE k.confirmed_at IS NULL AND u.at = 0 LIMIT $8
) not_confirmed
UNION
SELECT id FROM (
    SELECT k.id
    FROM key_last_use u JOIN not_ended k ON k.id = u.key_id
    WHERE u.application_id = $1 AND u.at > 0 AND u.at <= $4
    LIMIT $8
) idle
UNION
SELECT id FROM (
    SELECT k.id
    FROM key_day d JOIN not_ended k ON k.id = d.key_id
    WHERE d.application_id = $1 AND d.day = $5 AND d.rejected >= $6
    LIMIT $8
) denied
UNION
SELECT id FROM (
    SELECT k.id
    FROM security_event e JOIN not_ended k ON k.id = e.subject
    WHERE e.account_id = (SELECT account_id FROM application WHERE id = $1)
        AND e.acknowledged_at IS NULL AND e.severity = $7
    LIMIT $8
) critical_events
LIMIT $8
