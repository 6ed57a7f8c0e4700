SELECT pepper FROM session WHERE token_hash = $1 AND person_id = $2
