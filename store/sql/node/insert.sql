INSERT INTO node (id, epoch, heartbeat, lease_ms, version, joined_at) VALUES ($1, $2, 0, $3, $4, $5)
