SELECT position, application_id, key_id FROM change WHERE position > $1 ORDER BY position LIMIT $2
