SELECT a.id, a.account_id, c.name AS account_name, a.name, a.time_zone, a.archived_at
FROM application a
JOIN account c ON c.id = a.account_id
WHERE (a.id = $1 OR a.account_id = $1 OR ($2 <> '' AND a.folded_name LIKE $2 ESCAPE '\')) AND a.deleted_at IS NULL
ORDER BY c.folded_name, a.folded_name, a.id
LIMIT $3
