//! The limits of connections.

use std::time::Duration;

/// Open files other than connections.
const OTHER_FILES: usize = 256;

/// How many connections clients may have, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Maximum number of open connections of all clients together.
    pub connections: usize,
    /// How many of [`ConnectionLimits::connections`] are reserved for the gate and the health checks. They are used when
    /// all others are taken, and each closes after one response.
    pub reserved: usize,
    /// Maximum number of open connections of one address (one /64 network of IPv6). Loopback addresses and trusted
    /// proxies may use all connections that are not reserved, because many clients share them.
    pub per_address: usize,
    /// How long a request's head may take to arrive, from its first byte; for the first request, from the start of the
    /// connection.
    pub head: Duration,
    /// How long an idle connection stays open.
    pub idle: Duration,
    /// How long a client may take to receive the next part of a response.
    pub write: Duration,
    /// Maximum age of a connection: after it, no more requests are taken and the connection closes.
    pub age: Duration,
    /// How long responses in progress may take after [`ConnectionLimits::age`].
    pub last_responses: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            reserved: 256,
            per_address: 256,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            age: Duration::from_hours(1),
            last_responses: Duration::from_mins(10),
        }
    }
}

impl ConnectionLimits {
    /// Returns the limits of a reserved connection, which are shorter.
    #[must_use]
    pub fn for_reserved(self) -> Self {
        Self {
            idle: self.idle.min(Duration::from_secs(1)),
            age: self.age.min(self.head),
            last_responses: self.last_responses.min(self.write),
            ..self
        }
    }

    /// Reduces the number of connections so that, with the database and other files, they stay within the process's limit
    /// of open files.
    #[must_use]
    pub fn within_open_files(mut self, open_files: usize) -> Self {
        let room = open_files.saturating_sub(OTHER_FILES).max(64);
        self.connections = self.connections.min(room);
        self.reserved = self.reserved.min(self.connections / 8);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_limit_of_open_files_reduces_the_connections() {
        for (files, connections, reserved) in [
            (1_048_576, 4_096, 256),
            (4_352, 4_096, 256),
            (1_024, 768, 96),
            (100, 64, 8),
        ] {
            let limits = ConnectionLimits::default().within_open_files(files);
            assert_eq!(limits.connections, connections, "{files}");
            assert_eq!(limits.reserved, reserved, "{files}");
        }
    }
}
