    AND d.missed_both >= $4
ORDER BY d.missed_both DESC, d.key_id
LIMIT $3
