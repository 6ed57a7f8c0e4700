    AND u.at <= $11
