SELECT key_count FROM application WHERE id = $1
