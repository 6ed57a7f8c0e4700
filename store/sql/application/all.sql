SELECT id, account_id FROM application
