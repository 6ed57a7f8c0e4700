UPDATE person SET password_hash = $2 WHERE id = $1 AND disabled_at IS NULL
