UPDATE invitation SET token_hash = $3, pepper = $4, invited_by = $5, created_at = $6, expires_at = $7
WHERE account_id = $1 AND id = $2
