SELECT id FROM api_key WHERE application_id = $1 AND once = $2
