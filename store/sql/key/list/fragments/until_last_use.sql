    AND u.at <= $12
