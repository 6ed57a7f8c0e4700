UPDATE security_event SET mailed_at = $2 WHERE id = $1 AND mailed_at IS NULL
