DELETE FROM invitation WHERE account_id = $1 AND invited_by = $2
