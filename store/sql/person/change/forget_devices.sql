UPDATE person SET devices_since = $2 WHERE id = $1
