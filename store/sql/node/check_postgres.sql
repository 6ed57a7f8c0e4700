SELECT h.position, h.history FROM node n JOIN change_head h ON h.id = 1 WHERE n.id = $1 AND n.epoch = $2
FOR KEY SHARE OF n
