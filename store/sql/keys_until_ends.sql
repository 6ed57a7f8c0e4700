    AND k.ends_key <= $13
