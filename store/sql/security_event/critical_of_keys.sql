SELECT subject, kind
FROM security_event
WHERE account_id = (SELECT account_id FROM application WHERE id = $1)
    AND application_id = $1
    AND severity = $2
    AND acknowledged_at IS NULL
    AND subject IN (
        $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
        $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45,
        $46, $47, $48, $49, $50, $51, $52
    )
GROUP BY subject, kind
ORDER BY MAX(last_at), kind
