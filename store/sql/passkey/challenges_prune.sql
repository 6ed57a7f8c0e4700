DELETE FROM used_challenge WHERE expires_at <= $1
