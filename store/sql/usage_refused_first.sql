HAVING SUM(CASE WHEN u.outcome = 'accepted' THEN 0 ELSE u.calls END) >= $5
    AND SUM(CASE WHEN u.outcome = 'accepted' THEN 0 ELSE u.calls END) * 10 >= SUM(u.calls)
ORDER BY SUM(CASE WHEN u.outcome = 'accepted' THEN 0 ELSE u.calls END) DESC, k.id
LIMIT $4
