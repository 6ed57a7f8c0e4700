ORDER BY d.calls_both DESC, d.key_id
LIMIT $3
