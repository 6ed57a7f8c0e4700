UPDATE change_head SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch, oldest_schema
