DELETE FROM invitation WHERE token_hash = $1 AND expires_at > $2
