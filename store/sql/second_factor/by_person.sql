SELECT recovery_secret, pepper, created_at FROM second_factor WHERE person_id = $1
