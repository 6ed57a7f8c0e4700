SELECT id, deactivated_at, deprecated_at, retires_at, archived
FROM api_key
WHERE revoked_at IS NULL AND (deactivated_at IS NOT NULL OR retires_at IS NOT NULL)
