UPDATE api_key SET retires_at = $3
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL AND replaced_by IS NOT NULL AND retires_at > $4
