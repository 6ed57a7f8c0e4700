DELETE FROM pending_sign_in WHERE expires_at <= $1
