SELECT subject, outcome,
    STRING_AGG(CAST((bucket - $2) / 3600000 AS TEXT) || ':' || CAST(calls AS TEXT), ' ') AS hours
FROM usage_rollup
WHERE span = $1 AND bucket >= $2 AND bucket <= $3
    AND subject IN (
        $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
        $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46,
        $47, $48, $49, $50, $51, $52, $53, $54
    )
GROUP BY subject, outcome
