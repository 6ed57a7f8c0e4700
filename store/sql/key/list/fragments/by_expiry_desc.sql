    AND (k.sort_expiry, k.id) < ($2, $3)
ORDER BY k.sort_expiry DESC, k.id DESC
LIMIT $4
