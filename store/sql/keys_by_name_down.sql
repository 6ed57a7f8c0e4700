    AND (k.name_key, k.id) < (LOWER($2), $3)
ORDER BY k.name_key DESC, k.id DESC
LIMIT $4
