UPDATE api_key SET deprecated_at = $3, retires_at = $4, replaced_by = $5
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL AND replaced_by IS NULL
