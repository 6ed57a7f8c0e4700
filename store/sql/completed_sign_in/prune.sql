DELETE FROM completed_sign_in WHERE expires_at <= $1
