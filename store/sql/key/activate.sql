UPDATE api_key SET deactivated_at = NULL
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL AND deactivated_at IS NOT NULL
