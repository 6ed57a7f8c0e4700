    AND target = $5
