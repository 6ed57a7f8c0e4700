UPDATE person SET seen_at = CASE WHEN seen_at IS NULL OR seen_at < $2 THEN $2 ELSE seen_at END
WHERE id = $1 AND disabled_at IS NULL AND password_hash = $3
    AND ($4 OR NOT EXISTS (SELECT 1 FROM second_factor f WHERE f.person_id = $1))
