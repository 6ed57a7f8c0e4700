UPDATE node SET history = $3
WHERE id = $1 AND epoch = $2 AND (SELECT h.history FROM change_head h WHERE h.id = 1) = $3
