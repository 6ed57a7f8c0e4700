SELECT k.id, k.name, d.accepted + d.accepted_day_before, d.refused + d.refused_day_before,
    d.rate_limited + d.rate_limited_day_before
FROM key_day d CROSS JOIN api_key k
WHERE d.application_id = $1 AND d.day = $2 AND k.id = d.key_id
