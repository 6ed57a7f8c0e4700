SELECT position, system_id, timeline, history, forked_at FROM change_head WHERE id = 1 FOR UPDATE
