    AND k.revoked_at IS NULL AND k.sort_expiry = 9223372036854775806
