DELETE FROM invitation WHERE account_id = $1 AND email = (SELECT email FROM person WHERE id = $2)
