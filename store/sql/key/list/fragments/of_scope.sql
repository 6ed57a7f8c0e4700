JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE s.application_id = $1 AND ' ' || s.scopes || ' ' LIKE $5 AND k.application_id = $1 AND k.scopes = s.scopes
    AND k.created_at >= (
        SELECT COALESCE(MAX((
            SELECT e.created_at FROM api_key e
            WHERE e.application_id = $1 AND e.scopes = t.scopes AND (e.created_at, e.id) < ($2, $3)
            ORDER BY e.created_at DESC, e.id DESC
            LIMIT 1 OFFSET $4 - 1
        )), -9223372036854775807)
        FROM scope_set t
        WHERE t.application_id = $1 AND ' ' || t.scopes || ' ' LIKE $5
    )
