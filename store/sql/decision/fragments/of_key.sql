    AND key_id = $5
