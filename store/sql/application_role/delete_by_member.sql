DELETE FROM application_role
WHERE person_id = $2 AND application_id IN (SELECT id FROM application WHERE account_id = $1)
