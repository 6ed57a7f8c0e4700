INSERT INTO mail (id, kind, recipient, person_id, account_id, content, pepper, created_at, expires_at, attempts, unanswered, next_attempt_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $8
WHERE (SELECT COUNT(*) FROM mail w WHERE w.recipient = $3 AND w.kind = $2) < $10
