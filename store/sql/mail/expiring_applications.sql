SELECT DISTINCT k.account_id, k.application_id
FROM api_key k
WHERE k.revoked_at IS NULL AND k.expires_at > $1 AND k.expires_at <= $2
    AND k.deactivated_at IS NULL AND k.deprecated_at IS NULL AND k.created_at <= k.expires_at - $3
    AND NOT EXISTS (
        SELECT 1 FROM key_expiry_notice n WHERE n.key_id = k.id AND n.expires_at = k.expires_at AND n.days = $4
    )
    AND NOT EXISTS (
        SELECT 1 FROM key_expiry_mail m
        WHERE m.application_id = k.application_id AND m.days = $4 AND m.inserted_at > $5 AND m.inserted_at <= $6
    )
    AND k.application_id > $7
ORDER BY k.application_id
LIMIT $8
