INSERT INTO passkey_challenge (handle_hash, purpose, owner, state, expires_at) VALUES ($1, $2, $3, $4, $5)
