    AND d.rejected >= $4
ORDER BY d.rejected DESC, d.key_id
LIMIT $3
