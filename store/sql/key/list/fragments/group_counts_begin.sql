SELECT
    (SELECT key_count FROM application WHERE id = $1) AS total,
    (SELECT COUNT(*) FROM api_key WHERE application_id = $1 AND revoked_at IS NOT NULL) AS revoked,
    (
        SELECT COUNT(*) FROM api_key
        WHERE application_id = $1 AND revoked_at IS NULL AND deactivated_at IS NULL AND sort_expiry <= $2
    ) AS expired,
    (
        SELECT COUNT(*) FROM api_key
        WHERE application_id = $1 AND revoked_at IS NULL AND retires_at IS NOT NULL AND retires_at <= $2
            AND deactivated_at IS NULL AND sort_expiry > $2
    ) AS retired,
    (
        SELECT COUNT(*) FROM api_key k
        JOIN api_key s ON s.id = k.replaced_by
        WHERE k.application_id = $1 AND k.revoked_at IS NULL AND k.retires_at IS NOT NULL
            AND (k.deactivated_at IS NOT NULL OR (k.retires_at > $2 AND k.sort_expiry > $2))
            AND s.revoked_at IS NULL
    ) AS retiring,
    (
        SELECT COUNT(*) FROM (
