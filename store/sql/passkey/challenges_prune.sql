DELETE FROM passkey_challenge WHERE expires_at <= $1
