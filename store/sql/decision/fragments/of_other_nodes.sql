WHERE application_id = $1 AND id >= $2 AND ($4 = '' OR key_id = $4) AND id % $5 <> $6
ORDER BY id DESC
LIMIT $3
