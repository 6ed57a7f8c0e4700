INSERT INTO application (id, account_id, name, time_zone, created_at) VALUES ($1, $2, $3, $4, $5)
