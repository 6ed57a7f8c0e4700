SELECT COUNT(*) FROM (SELECT id FROM key_secret LIMIT 1) AS found
