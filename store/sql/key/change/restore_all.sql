UPDATE api_key SET deactivated_at = NULL, archived = FALSE
WHERE application_id = $1 AND archived AND revoked_at IS NULL
RETURNING id, deactivated_at, expires_at, retires_at
