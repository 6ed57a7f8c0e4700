    AND k.created_by = $17
