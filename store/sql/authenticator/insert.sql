INSERT INTO authenticator (person_id, secret, pepper, created_at, last_step) VALUES ($1, $2, $3, $4, $5)
