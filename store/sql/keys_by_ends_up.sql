    AND (k.ends_key, k.id) > ($2, $3)
ORDER BY k.ends_key, k.id
LIMIT $4
