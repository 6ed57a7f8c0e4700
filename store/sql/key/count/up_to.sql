SELECT COUNT(*) FROM (SELECT 1 FROM api_key WHERE application_id = $1 LIMIT $2) AS few
