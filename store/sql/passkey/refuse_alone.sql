UPDATE passkey SET signs_in_alone = FALSE WHERE person_id = $1
