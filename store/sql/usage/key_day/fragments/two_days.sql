SELECT k.id, k.name, d.accepted + d.accepted_day_before AS accepted, d.refused + d.refused_day_before AS refused,
    d.rate_limited + d.rate_limited_day_before AS rate_limited
FROM key_day d CROSS JOIN api_key k
WHERE d.application_id = $1 AND d.day = $2 AND k.id = d.key_id
