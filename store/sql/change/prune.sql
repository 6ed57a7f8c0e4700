DELETE FROM change WHERE position <= (SELECT h.position FROM change_head h WHERE h.id = 1) - $1
