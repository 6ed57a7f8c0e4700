DELETE FROM pending_sign_in WHERE token_hash = $1 AND expires_at > $2
