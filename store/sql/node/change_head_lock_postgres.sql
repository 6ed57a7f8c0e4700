SELECT position, epoch FROM change_head WHERE id = 1 FOR UPDATE
