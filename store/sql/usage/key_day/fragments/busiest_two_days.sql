ORDER BY d.calls_two_days DESC, d.key_id
LIMIT $3
