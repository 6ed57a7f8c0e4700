    AND k.revoked_at IS NOT NULL
