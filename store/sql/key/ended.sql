SELECT id, deactivated_at FROM api_key WHERE archived AND deactivated_at IS NOT NULL AND revoked_at IS NULL
