    AND (k.sort_name, k.id) < (LOWER($2), $3)
ORDER BY k.sort_name DESC, k.id DESC
LIMIT $4
