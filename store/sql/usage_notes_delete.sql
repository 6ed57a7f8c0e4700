DELETE FROM usage_note WHERE batch = $1
