SELECT id FROM account
WHERE id = $2 OR (name = $1 AND renamed_at IS NULL)
ORDER BY CASE WHEN id = $2 THEN 0 ELSE 1 END
LIMIT 1
