DELETE FROM security_event
WHERE id IN (SELECT old.id FROM security_event old WHERE old.last_at < $1 ORDER BY old.last_at LIMIT $2)
