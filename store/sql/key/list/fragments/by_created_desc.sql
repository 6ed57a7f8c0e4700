    AND (k.created_at, k.id) < ($2, $3)
ORDER BY k.created_at DESC, k.id DESC
LIMIT $4
