UPDATE pending_sign_in SET attempts = attempts + 1 WHERE token_hash = $1 AND expires_at > $2 AND attempts < $3
