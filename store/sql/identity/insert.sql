INSERT INTO identity (issuer, subject, person_id, created_at, email, by_email) VALUES ($1, $2, $3, $4, $5, $6)
