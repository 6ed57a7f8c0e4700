    AND address = $6
