SELECT pg_relation_size('api_key') / current_setting('block_size')::bigint
