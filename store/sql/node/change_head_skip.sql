UPDATE change_head SET position = $2 WHERE id = 1 AND position < $1
