SELECT group_concat(key_id || ' ' || hex(digest), char(10))
FROM key_secret WHERE rowid >= $1 AND rowid < $2
