INSERT INTO audit (
    account_id, seq, at, actor_id, actor, action, target, detail, address, request_id, before, after, encoding, hash, seal, pepper
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
