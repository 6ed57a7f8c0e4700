SELECT seq, at, actor, action, target, detail, address
FROM audit
WHERE account_id = $1 AND target = $2
ORDER BY seq DESC
LIMIT $3
