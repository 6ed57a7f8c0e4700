SELECT id, disabled_at, is_support, password_hash <> '' FROM person WHERE email = $1
