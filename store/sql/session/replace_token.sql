UPDATE session SET token_hash = $2, pepper = $3, authenticated_at = $4 WHERE token_hash = $1
RETURNING id
