SELECT id, application_id, account_id, scopes, expires_at FROM api_key
