UPDATE person SET last_application = $2 WHERE id = $1
