UPDATE change_head SET position = $1, epoch = $2, history = $3, forked_at = $4 WHERE id = 1
