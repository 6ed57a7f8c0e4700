SELECT subject FROM identity WHERE person_id = $1 AND by_email
