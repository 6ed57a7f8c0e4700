DELETE FROM application_role WHERE application_id = $1 AND person_id = $2
