SELECT COUNT(*)
FROM (
    SELECT 1
    FROM api_key k
    JOIN key_last_use u ON u.key_id = k.id
    WHERE k.application_id = $1
