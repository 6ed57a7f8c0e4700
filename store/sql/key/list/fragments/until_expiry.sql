    AND k.sort_expiry <= $12
