DELETE FROM node
WHERE applied < $1 AND NOT (id = $2 AND epoch = $3)
    AND history = (SELECT h.history FROM change_head h WHERE h.id = 1)
RETURNING name
