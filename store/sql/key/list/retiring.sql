SELECT id, replaced_by, retires_at
FROM api_key
WHERE application_id = $1 AND revoked_at IS NULL AND retires_at IS NOT NULL AND retires_at > $2 AND sort_expiry > $2
ORDER BY retires_at
LIMIT $3
