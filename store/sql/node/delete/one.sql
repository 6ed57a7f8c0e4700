DELETE FROM node
WHERE id = $1 AND epoch = $2 AND history = (SELECT h.history FROM change_head h WHERE h.id = 1)
