INSERT INTO used_challenge (digest, expires_at) VALUES ($1, $2)
