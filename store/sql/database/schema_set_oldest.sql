UPDATE change_head SET oldest_schema = $1 WHERE id = 1
