UPDATE api_key SET deactivated_at = NULL, archived = FALSE
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL AND deactivated_at IS NOT NULL
