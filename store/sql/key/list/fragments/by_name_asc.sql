    AND (k.folded_name, k.id) > ($2, $3)
ORDER BY k.folded_name, k.id
LIMIT $4
