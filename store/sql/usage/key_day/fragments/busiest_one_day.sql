ORDER BY d.calls DESC, d.key_id
LIMIT $3
