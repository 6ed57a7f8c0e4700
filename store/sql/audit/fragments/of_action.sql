    AND action = $7
