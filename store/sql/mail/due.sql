SELECT id, kind, recipient, person_id, account_id, content, pepper, created_at, expires_at, attempts, unanswered
FROM mail
WHERE next_attempt_at <= $1 OR next_attempt_at > $2
ORDER BY CASE WHEN kind IN ('password_reset', 'sign_in_change', 'invitation') THEN 0 ELSE 1 END, next_attempt_at, id
LIMIT $3
