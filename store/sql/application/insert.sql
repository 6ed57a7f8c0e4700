INSERT INTO application (id, account_id, name, folded_name, time_zone, created_at) VALUES ($1, $2, $3, $4, $5, $6)
