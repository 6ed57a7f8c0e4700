    AND (at, seq) < ($2, $3)
ORDER BY at DESC, seq DESC
LIMIT $4
