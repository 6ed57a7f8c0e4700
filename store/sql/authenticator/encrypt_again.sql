UPDATE authenticator SET secret = $3, pepper = $4 WHERE person_id = $1 AND secret = $2
