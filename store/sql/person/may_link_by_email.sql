SELECT email FROM person
WHERE id = $1 AND email = $2 AND NOT is_support AND disabled_at IS NULL AND NOT refuses_link_by_email
