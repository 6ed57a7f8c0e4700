WHERE request_id = $1 AND application_id = $3
ORDER BY id
LIMIT $2
