SELECT a.id, a.account_id, c.name AS account_name, a.name, a.time_zone, m.role
FROM membership m
JOIN account c ON c.id = m.account_id
JOIN application a ON a.account_id = m.account_id
WHERE m.person_id = $1 AND a.id = $2
