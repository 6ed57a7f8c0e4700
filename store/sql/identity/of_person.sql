SELECT issuer, subject, email FROM identity WHERE person_id = $1 ORDER BY issuer
