INSERT INTO membership (account_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)
