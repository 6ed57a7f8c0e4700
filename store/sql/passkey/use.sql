UPDATE passkey SET credential = $4, last_used_at = $5
WHERE id = $1 AND person_id = $2 AND credential = $3
    AND EXISTS (SELECT 1 FROM person p WHERE p.id = person_id AND p.password_hash <> '')
