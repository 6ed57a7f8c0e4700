SELECT person_id, secret, pepper FROM authenticator WHERE pepper <> $1 AND person_id > $2 ORDER BY person_id LIMIT $3
