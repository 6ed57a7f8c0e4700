SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1 AND target = $2
ORDER BY at DESC, seq DESC
LIMIT $3
