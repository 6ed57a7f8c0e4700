    AND k.environment = $7
