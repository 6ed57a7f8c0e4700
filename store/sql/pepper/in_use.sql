SELECT pepper FROM key_secret
UNION
SELECT pepper FROM invitation WHERE pepper <> ''
UNION
SELECT audit_pepper FROM account WHERE audit_pepper <> ''
UNION
SELECT pepper FROM authenticator
UNION
SELECT pepper FROM second_factor
