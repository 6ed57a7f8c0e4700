INSERT INTO recovery_code (code_hash, person_id, created_at) VALUES ($1, $2, $3)
