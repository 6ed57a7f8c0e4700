    AND (k.sort_name, k.id) > (LOWER($2), $3)
ORDER BY k.sort_name, k.id
LIMIT $4
