INSERT INTO time_mark (id, at) VALUES (1, $1)
ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE time_mark.at < excluded.at
