    -- $6 is a phrase of the full-text index, which is of all applications: no more than 5,000 names are read. Ids have no
    -- character after "z".
    SELECT k.id
    FROM (SELECT rowid AS number FROM key_search WHERE $5 = 'text' AND folded_name MATCH $6 LIMIT 5000) hit
    CROSS JOIN api_key k
    WHERE k.rowid = hit.number AND NOT (k.id >= $14 AND k.id < $14 || '~')
    UNION ALL
    SELECT id FROM api_key WHERE $5 = 'text' AND id >= $14 AND id < $14 || '~'
)
