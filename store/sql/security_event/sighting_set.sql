INSERT INTO sighting (key_id, kind, value, first_at, last_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (key_id, kind, value) DO UPDATE
SET last_at = excluded.last_at
WHERE excluded.last_at > sighting.last_at
