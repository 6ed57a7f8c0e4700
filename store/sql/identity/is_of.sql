SELECT subject FROM identity WHERE issuer = $1 AND subject = $2 AND person_id = $3
