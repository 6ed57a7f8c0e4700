UPDATE session SET authenticated_at = CASE WHEN authenticated_at < $2 THEN $2 ELSE authenticated_at END WHERE token_hash = $1
