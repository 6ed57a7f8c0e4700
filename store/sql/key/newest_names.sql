SELECT id, name
FROM api_key
WHERE application_id = $1
ORDER BY created_at DESC, id DESC
LIMIT $2
