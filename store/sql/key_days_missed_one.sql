    AND d.missed >= $4
ORDER BY d.missed DESC, d.key_id
LIMIT $3
