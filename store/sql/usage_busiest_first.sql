ORDER BY SUM(u.calls) DESC, k.id
LIMIT $4
