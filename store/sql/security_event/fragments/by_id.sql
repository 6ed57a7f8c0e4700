    AND e.id = $4
