INSERT INTO security_event (account_id, kind, subject, value, calls, first_at, last_at, address, route, user_agent,
    request_id, detail, application_id, severity)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
