UPDATE person SET refuses_link_by_email = TRUE WHERE id = $1
