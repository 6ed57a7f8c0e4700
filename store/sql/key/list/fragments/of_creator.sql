    AND k.created_by = $9
