UPDATE passkey SET name = $3 WHERE id = $1 AND person_id = $2
