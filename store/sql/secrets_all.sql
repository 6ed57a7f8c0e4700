SELECT key_id, digest FROM key_secret
