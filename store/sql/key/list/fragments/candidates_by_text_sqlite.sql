    -- $6 is a phrase of the full-text index. Ids have no character after "z".
    SELECT k.id
    FROM key_search s CROSS JOIN api_key k
    WHERE $5 = 'text' AND s.name MATCH $6 AND k.rowid = s.rowid AND NOT (k.id >= $14 AND k.id < $14 || '~')
    UNION ALL
    SELECT id FROM api_key WHERE $5 = 'text' AND id >= $14 AND id < $14 || '~'
)
