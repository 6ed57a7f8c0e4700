    AND (k.created_at, k.id) > ($2, $3)
    LIMIT $4
) found
