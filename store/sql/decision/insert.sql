INSERT INTO decision (id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked,
    route, user_agent, from_browser)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id) DO NOTHING
