UPDATE person SET email = $2 WHERE id = $1 AND disabled_at IS NULL AND password_hash = $3
