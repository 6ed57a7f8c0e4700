SELECT pepper, COUNT(*) FROM key_secret GROUP BY pepper
UNION ALL
SELECT pepper, 0 FROM invitation WHERE pepper <> '' GROUP BY pepper
UNION ALL
SELECT audit_pepper, 0 FROM account WHERE audit_pepper <> '' GROUP BY audit_pepper
UNION ALL
SELECT pepper, 0 FROM authenticator GROUP BY pepper
UNION ALL
SELECT pepper, 0 FROM second_factor GROUP BY pepper
