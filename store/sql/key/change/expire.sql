UPDATE api_key SET expires_at = $3 WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL
