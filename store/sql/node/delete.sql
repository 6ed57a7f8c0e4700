DELETE FROM node WHERE id = $1 AND epoch = $2
