    -- $6 is a pattern. Ids have no character after "z".
    SELECT id FROM api_key
    WHERE $5 = 'text' AND application_id = $1 AND folded_name LIKE $6 ESCAPE '\'
        AND NOT (id ~>=~ $14 AND id ~<~ ($14 || '~'))
    UNION ALL
    SELECT id FROM api_key WHERE $5 = 'text' AND id ~>=~ $14 AND id ~<~ ($14 || '~')
)
