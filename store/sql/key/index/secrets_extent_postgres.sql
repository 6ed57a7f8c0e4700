SELECT pg_relation_size('key_secret') / current_setting('block_size')::bigint
