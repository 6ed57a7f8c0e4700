INSERT INTO second_factor (person_id, recovery_secret, pepper, created_at) VALUES ($1, $2, $3, $4)
