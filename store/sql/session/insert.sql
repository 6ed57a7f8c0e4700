INSERT INTO session (
    token_hash, id, person_id, created_at, seen_at, authenticated_at, address, user_agent, pepper, through_provider, provider_account
)
VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)
