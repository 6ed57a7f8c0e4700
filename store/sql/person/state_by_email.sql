SELECT id, disabled_at FROM person WHERE email = $1
