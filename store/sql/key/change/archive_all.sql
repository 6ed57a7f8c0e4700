UPDATE api_key SET deactivated_at = $2, archived = TRUE
WHERE application_id = $1 AND revoked_at IS NULL AND deactivated_at IS NULL
RETURNING id, CAST(NULL AS BIGINT) AS deactivated_at, expires_at, retires_at
