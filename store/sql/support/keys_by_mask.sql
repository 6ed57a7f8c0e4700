SELECT k.id, k.name AS key_name, a.id AS application_id, a.account_id, c.name AS account_name, a.name, a.time_zone
FROM api_key k
JOIN application a ON a.id = k.application_id
JOIN account c ON c.id = a.account_id
WHERE substr(k.id, 1, 8) = $1 AND substr(k.id, 17, 4) = $2
ORDER BY k.id
LIMIT $3
