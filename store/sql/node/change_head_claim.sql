UPDATE change_head SET epoch = epoch + 1, system_id = $1, timeline = $2 WHERE id = 1 RETURNING epoch, position
