    AND k.created_at <= $10 - 31536000000
