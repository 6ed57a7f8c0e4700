SELECT id, epoch, beat, lease_ms FROM node
