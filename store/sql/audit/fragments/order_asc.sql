    AND (at, seq) > ($2, $3)
ORDER BY at, seq
LIMIT $4
