SELECT a.id, a.name, a.audit_seq, a.audit_hash, a.audit_seal, a.audit_pepper,
    (SELECT MAX(e.seq) FROM audit e WHERE e.account_id = a.id) AS last_seq
FROM account a
ORDER BY a.name, a.id
