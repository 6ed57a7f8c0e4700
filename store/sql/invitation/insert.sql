INSERT INTO invitation (id, account_id, email, role, token_hash, invited_by, created_at, expires_at, pepper)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
