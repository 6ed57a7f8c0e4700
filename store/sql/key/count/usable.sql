SELECT COUNT(*) FROM (
    SELECT 1 FROM api_key WHERE application_id = $1 AND revoked_at IS NULL AND deactivated_at IS NULL LIMIT $2
) AS few
