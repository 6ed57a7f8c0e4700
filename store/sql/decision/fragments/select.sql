SELECT id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked,
    route, user_agent, from_browser
FROM decision
