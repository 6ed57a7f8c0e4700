    AND ($5 = '' OR key_id = $5)
    AND ($6 = '' OR address = $6)
    AND ($7 = '' OR verdict IN ($7, $8))
    AND ($9 = '' OR route = $9)
    AND at >= $10 AND at < $11
