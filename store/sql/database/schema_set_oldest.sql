UPDATE change_head SET oldest_schema = CASE WHEN oldest_schema < $1 THEN $1 ELSE oldest_schema END WHERE id = 1
