UPDATE authenticator SET last_step = $2 WHERE person_id = $1 AND last_step < $2
