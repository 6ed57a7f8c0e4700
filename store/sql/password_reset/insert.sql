INSERT INTO password_reset (token_hash, person_id, made_by, requested, pepper, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
