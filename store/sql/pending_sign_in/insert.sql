INSERT INTO pending_sign_in (
    token_hash, pepper, person_id, password_hash, created_at, expires_at, attempts,
    issuer, subject, provider_account, authenticated_at, detail
)
VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11)
