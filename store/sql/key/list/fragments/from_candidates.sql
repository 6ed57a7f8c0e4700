-- CROSS keeps SQLite from reading every key first.
FROM candidate c
CROSS JOIN api_key k
CROSS JOIN key_last_use u
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.id = c.id AND u.key_id = c.id AND k.application_id = $1
