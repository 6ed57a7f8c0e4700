SELECT COUNT(*)
FROM (
    SELECT 1
    FROM candidate c
    CROSS JOIN api_key k
    JOIN key_last_use u ON u.key_id = k.id
    WHERE k.id = c.id AND k.application_id = $1
