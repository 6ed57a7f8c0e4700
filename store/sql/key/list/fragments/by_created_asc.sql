    AND (k.created_at, k.id) > ($2, $3)
ORDER BY k.created_at, k.id
LIMIT $4
