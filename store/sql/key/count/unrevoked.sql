SELECT COUNT(*) FROM api_key WHERE application_id = $1 AND revoked_at IS NULL
