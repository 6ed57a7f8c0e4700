DELETE FROM node WHERE id = $1 AND epoch = $2 AND beat = $3
