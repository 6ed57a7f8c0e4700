SELECT position, history FROM change_head WHERE id = 1
