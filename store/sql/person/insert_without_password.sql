INSERT INTO person (id, email, password_hash, is_support, created_at, name) VALUES ($1, $2, '', FALSE, $3, $4)
