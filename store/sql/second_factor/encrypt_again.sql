UPDATE second_factor SET recovery_secret = $3, pepper = $4 WHERE person_id = $1 AND recovery_secret = $2
