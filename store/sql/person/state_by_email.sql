SELECT id, disabled_at, is_support FROM person WHERE email = $1
