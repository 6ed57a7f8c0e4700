SELECT k.id, k.name, d.accepted, d.refused, d.rate_limited
FROM key_day d CROSS JOIN api_key k
WHERE d.application_id = $1 AND d.day = $2 - 86400000 AND k.id = d.key_id
