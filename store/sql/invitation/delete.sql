DELETE FROM invitation WHERE account_id = $1 AND id = $2
