SELECT subject FROM identity WHERE person_id = $1 AND issuer = $2 AND by_email
