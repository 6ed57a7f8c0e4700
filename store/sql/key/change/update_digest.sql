UPDATE key_secret SET digest = $3, pepper = $4 WHERE key_id = $1 AND digest = $2
