UPDATE second_factor SET created_at = created_at WHERE person_id = $1 AND recovery_secret = $2
