SELECT COUNT(*) FROM audit
WHERE account_id = $1 AND target = $2 AND action = $3 AND at = $4
