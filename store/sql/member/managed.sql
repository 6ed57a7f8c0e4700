SELECT role, managed FROM membership WHERE account_id = $1 AND person_id = $2
