DELETE FROM sighting
WHERE (key_id, kind, value) IN (
    SELECT old.key_id, old.kind, old.value FROM sighting old WHERE old.last_at < $1 ORDER BY old.last_at LIMIT $2
)
