UPDATE api_key SET confirmed_at = $3 WHERE application_id = $1 AND id = $2 AND confirmed_at IS NULL
