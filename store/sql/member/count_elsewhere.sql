SELECT COUNT(*) FROM membership WHERE person_id = $1 AND account_id <> $2
