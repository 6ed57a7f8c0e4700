UPDATE person SET seen_at = $2
WHERE id = (SELECT person_id FROM session WHERE token_hash = $1) AND (seen_at IS NULL OR seen_at < $2)
