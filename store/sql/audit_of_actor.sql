    AND actor = $6
