SELECT a.id, a.account_id, c.name AS account_name, a.name, a.time_zone, a.archived_at
FROM api_key k
JOIN application a ON a.id = k.application_id
JOIN account c ON c.id = a.account_id
WHERE k.id = $1 AND a.deleted_at IS NULL
