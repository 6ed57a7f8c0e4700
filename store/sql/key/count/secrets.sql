SELECT COUNT(*) FROM key_secret
