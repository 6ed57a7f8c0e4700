SELECT COUNT(*) FROM api_key
WHERE application_id = $1 AND revoked_at IS NULL AND deactivated_at IS NULL
    AND (expires_at IS NULL OR expires_at > $2) AND (retires_at IS NULL OR retires_at > $2)
