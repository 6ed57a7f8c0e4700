INSERT INTO person (id, email, password_hash, is_support, created_at) VALUES ($1, $2, $3, $4, $5)
