SELECT group_concat(id || ' ' || hex(application_id) || ' ' || coalesce(expires_at, '') || ' ' || scopes, char(10))
FROM api_key WHERE rowid >= $1 AND rowid < $2
