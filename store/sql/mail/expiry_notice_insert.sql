INSERT INTO key_expiry_notice (key_id, expires_at, days) VALUES ($1, $2, $3)
ON CONFLICT (key_id, expires_at, days) DO NOTHING
