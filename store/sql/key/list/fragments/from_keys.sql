FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
