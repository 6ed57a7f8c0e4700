SELECT position, epoch, history, forked_at FROM change_head WHERE id = 1
