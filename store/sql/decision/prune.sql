DELETE FROM decision WHERE id IN (SELECT id FROM decision WHERE id < $1 ORDER BY id LIMIT $2)
