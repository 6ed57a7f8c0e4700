UPDATE api_key SET deactivated_at = $3, archived = FALSE
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL AND (deactivated_at IS NULL OR archived)
