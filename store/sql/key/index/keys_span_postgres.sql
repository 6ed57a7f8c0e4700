SELECT string_agg(concat_ws(' ', id, application_id, coalesce(expires_at::text, ''), scopes), chr(10))
FROM api_key WHERE ctid >= format('(%s,0)', $1::bigint)::tid AND ctid < format('(%s,0)', $2::bigint)::tid
