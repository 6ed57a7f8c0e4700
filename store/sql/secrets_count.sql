SELECT COUNT(*), COUNT(CASE WHEN pepper <> $1 THEN 1 END) FROM key_secret
