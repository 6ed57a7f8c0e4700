INSERT INTO key_secret (id, key_id, digest, pepper, created_at) VALUES ($1, $2, $3, $4, $5)
