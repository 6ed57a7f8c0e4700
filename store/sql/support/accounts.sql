SELECT c.id, c.name,
    (SELECT COUNT(*) FROM application a WHERE a.account_id = c.id AND a.deleted_at IS NULL) AS applications
FROM account c
WHERE c.id = $1 OR ($2 <> '' AND c.folded_name LIKE $2 ESCAPE '\')
ORDER BY c.folded_name, c.id
LIMIT $3
