SELECT k.id, k.name, a.name AS application_name, k.created_by, k.expires_at
FROM api_key k
JOIN application a ON a.id = k.application_id
WHERE k.revoked_at IS NULL AND k.expires_at > $1 AND k.expires_at <= $2
    AND k.deactivated_at IS NULL AND k.deprecated_at IS NULL AND k.created_at <= k.expires_at - $3
    AND NOT EXISTS (
        SELECT 1 FROM key_expiry_notice n WHERE n.key_id = k.id AND n.expires_at = k.expires_at AND n.days = $4
    )
    AND k.application_id = $5
ORDER BY k.expires_at, k.id
LIMIT $6
