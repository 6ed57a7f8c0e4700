INSERT INTO completed_sign_in (id_hash, expires_at) VALUES ($1, $2)
