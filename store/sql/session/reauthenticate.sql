UPDATE session SET authenticated_at = $2 WHERE token_hash = $1 AND authenticated_at <= $2
