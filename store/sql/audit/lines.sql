SELECT a.account_id, a.seq, a.at, a.actor_id, a.actor, a.action, a.target, a.detail, a.address, a.request_id, a.before,
    a.after, a.encoding, a.hash, a.seal, a.pepper, p.hash AS previous
FROM audit a
LEFT JOIN audit p ON p.account_id = a.account_id AND p.seq = a.seq - 1
WHERE a.account_id = $1
    AND a.seq > $2
    AND ($4 = '' OR a.target = $4)
    AND ($5 = '' OR a.actor = $5)
    AND ($6 = '' OR a.action = $6)
    AND a.at >= $7
    AND a.at < $8
ORDER BY a.seq
LIMIT $3
