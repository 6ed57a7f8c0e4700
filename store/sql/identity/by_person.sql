SELECT created_at, email FROM identity WHERE person_id = $1 AND issuer = $2
