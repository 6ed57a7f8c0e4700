SELECT id, created_at, seen_at, address, user_agent
FROM session
WHERE person_id = $1 AND seen_at > $2 AND created_at > $3
ORDER BY seen_at DESC, created_at DESC, id
