UPDATE mail SET attempts = attempts + 1, next_attempt_at = $3 WHERE id = $1 AND attempts = $2
