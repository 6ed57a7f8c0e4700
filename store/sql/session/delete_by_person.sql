DELETE FROM session WHERE person_id = $1
