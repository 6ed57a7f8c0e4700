-- From one creator to the next along an index: the keys between them are not read.
WITH RECURSIVE creator (id, number) AS (
    SELECT (
        SELECT created_by FROM api_key
        WHERE application_id = $1 AND created_by IS NOT NULL
        ORDER BY created_by
        LIMIT 1
    ), 1
    UNION ALL
    SELECT (
        SELECT k.created_by FROM api_key k
        WHERE k.application_id = $1 AND k.created_by > creator.id
        ORDER BY k.created_by
        LIMIT 1
    ), creator.number + 1
    FROM creator
    WHERE creator.id IS NOT NULL AND creator.number < $2
)
SELECT p.id, p.email
FROM creator
-- CROSS keeps SQLite from reading every person first.
CROSS JOIN person p
WHERE p.id = creator.id
ORDER BY p.email
