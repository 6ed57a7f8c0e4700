SELECT id, epoch, heartbeat, lease_ms FROM node
