SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1
    AND ($5 = '' OR target = $5)
    AND ($6 = '' OR actor = $6)
    AND ($7 = '' OR action = $7)
    AND at >= $8
    AND at < $9
