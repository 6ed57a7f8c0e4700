INSERT INTO membership (account_id, person_id, role, created_at, managed) VALUES ($1, $2, $3, $4, TRUE)
