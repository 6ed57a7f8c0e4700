SELECT oldest_schema FROM change_head WHERE id = 1
