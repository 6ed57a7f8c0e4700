INSERT INTO key_day (key_id, application_id, day, accepted, refused, rate_limited) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key_id) DO UPDATE
SET day = CASE WHEN excluded.day > key_day.day THEN excluded.day ELSE key_day.day END,
    accepted_day_before = CASE
        WHEN excluded.day = key_day.day THEN key_day.accepted_day_before
        WHEN excluded.day = key_day.day + 86400000 THEN key_day.accepted
        WHEN excluded.day > key_day.day THEN 0
        WHEN excluded.day = key_day.day - 86400000 THEN key_day.accepted_day_before + excluded.accepted
        ELSE key_day.accepted_day_before
    END,
    accepted = CASE
        WHEN excluded.day = key_day.day THEN key_day.accepted + excluded.accepted
        WHEN excluded.day > key_day.day THEN excluded.accepted
        ELSE key_day.accepted
    END,
    refused_day_before = CASE
        WHEN excluded.day = key_day.day THEN key_day.refused_day_before
        WHEN excluded.day = key_day.day + 86400000 THEN key_day.refused
        WHEN excluded.day > key_day.day THEN 0
        WHEN excluded.day = key_day.day - 86400000 THEN key_day.refused_day_before + excluded.refused
        ELSE key_day.refused_day_before
    END,
    refused = CASE
        WHEN excluded.day = key_day.day THEN key_day.refused + excluded.refused
        WHEN excluded.day > key_day.day THEN excluded.refused
        ELSE key_day.refused
    END,
    rate_limited_day_before = CASE
        WHEN excluded.day = key_day.day THEN key_day.rate_limited_day_before
        WHEN excluded.day = key_day.day + 86400000 THEN key_day.rate_limited
        WHEN excluded.day > key_day.day THEN 0
        WHEN excluded.day = key_day.day - 86400000 THEN key_day.rate_limited_day_before + excluded.rate_limited
        ELSE key_day.rate_limited_day_before
    END,
    rate_limited = CASE
        WHEN excluded.day = key_day.day THEN key_day.rate_limited + excluded.rate_limited
        WHEN excluded.day > key_day.day THEN excluded.rate_limited
        ELSE key_day.rate_limited
    END
