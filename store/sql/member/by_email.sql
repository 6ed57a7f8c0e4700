SELECT m.role FROM membership m JOIN person p ON p.id = m.person_id WHERE m.account_id = $1 AND p.email = $2
