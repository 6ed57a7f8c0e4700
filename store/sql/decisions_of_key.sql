WHERE application_id = $1 AND id < $2 AND key_id = $4
ORDER BY id DESC
LIMIT $3
