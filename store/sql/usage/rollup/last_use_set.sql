INSERT INTO key_last_use (key_id, application_id, at, address, user_agent, route) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key_id) DO UPDATE
SET at = excluded.at, address = excluded.address, user_agent = excluded.user_agent, route = excluded.route
WHERE excluded.at > key_last_use.at
