SELECT k.id
FROM key_secret s
JOIN api_key k ON k.id = s.key_id
WHERE s.pepper = $2
    AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > $1)
    AND (k.retires_at IS NULL OR k.retires_at > $1)
ORDER BY k.id
LIMIT $3
