UPDATE api_key SET revoked_at = $3, revoked_reason = $4 WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL
