SELECT person_id, recovery_secret, pepper FROM second_factor WHERE pepper <> $1 AND person_id > $2 ORDER BY person_id LIMIT $3
