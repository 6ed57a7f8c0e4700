SELECT value, first_at, last_at FROM sighting WHERE key_id = $1 AND kind = $2
