SELECT string_agg(concat_ws(' ', key_id, encode(digest, 'hex'), CASE WHEN pepper <> $3 THEN pepper END), chr(10))
FROM key_secret WHERE ctid >= format('(%s,0)', $1::bigint)::tid AND ctid < format('(%s,0)', $2::bigint)::tid
