UPDATE session SET seen_at = seen_at WHERE person_id = $1 AND id = $2
