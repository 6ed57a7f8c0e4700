INSERT INTO pending_sign_in (token_hash, pepper, person_id, password_hash, created_at, expires_at, attempts)
VALUES ($1, $2, $3, $4, $5, $6, 0)
