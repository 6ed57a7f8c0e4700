    AND k.sort_expiry <= $13
