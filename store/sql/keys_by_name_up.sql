    AND (k.name_key, k.id) > (LOWER($2), $3)
ORDER BY k.name_key, k.id
LIMIT $4
