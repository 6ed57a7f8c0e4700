    AND key_id = $4
