SELECT id, email, password_hash, is_support FROM person WHERE email = $1 AND disabled_at IS NULL
