UPDATE api_key SET revoked_at = $2, revoked_reason = $3
WHERE application_id = $1 AND revoked_at IS NULL
RETURNING id, deactivated_at, expires_at, retires_at
