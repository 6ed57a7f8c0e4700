SELECT k.id, k.name AS key_name, a.id AS application_id, a.account_id, c.name AS account_name, a.name, a.time_zone,
    a.archived_at
FROM api_key k
JOIN application a ON a.id = k.application_id
JOIN account c ON c.id = a.account_id
WHERE substr(k.id, 1, 8) = $1 AND substr(k.id, 17, 4) = $2 AND a.deleted_at IS NULL
ORDER BY k.id
LIMIT $3
