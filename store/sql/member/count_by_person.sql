SELECT COUNT(*) FROM membership WHERE person_id = $1
