DELETE FROM key_expiry_notice WHERE expires_at <= $1
