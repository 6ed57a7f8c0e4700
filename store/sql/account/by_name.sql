SELECT id, CAST(CASE WHEN renamed_at IS NULL THEN 0 ELSE 1 END AS BIGINT) AS renamed
FROM account
WHERE name = $1
ORDER BY renamed, id
LIMIT 1
