UPDATE person SET name = $2, time_zone = $3, shortcuts = $4 WHERE id = $1
