SELECT coalesce(max(rowid) + 1, 0) FROM key_secret
