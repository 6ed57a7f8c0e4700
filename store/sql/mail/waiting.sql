SELECT COUNT(*), MIN(created_at) FROM mail
