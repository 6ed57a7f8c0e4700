UPDATE session
SET token_hash = $2, pepper = $3, authenticated_at = CASE WHEN authenticated_at < $4 THEN $4 ELSE authenticated_at END
WHERE token_hash = $1
RETURNING id
