UPDATE change_head SET system_id = $1, timeline = $2 WHERE id = 1
