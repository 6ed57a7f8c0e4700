DELETE FROM second_factor WHERE person_id = $1
