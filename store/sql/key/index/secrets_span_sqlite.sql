SELECT group_concat(key_id || ' ' || hex(digest) || CASE WHEN pepper = $3 THEN '' ELSE ' ' || pepper END, char(10))
FROM key_secret WHERE rowid >= $1 AND rowid < $2
