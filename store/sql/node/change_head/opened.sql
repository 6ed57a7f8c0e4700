SELECT opened FROM change_head WHERE id = 1
