SELECT account_id FROM membership WHERE person_id = $1 AND managed
