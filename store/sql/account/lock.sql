UPDATE account SET audit_seq = audit_seq WHERE id = $1
