//! The limits of connections: how many, and for how long.

use std::time::Duration;

/// What a server allows its clients.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time, of all clients together.
    pub connections: usize,
    /// How many of [`Limits::connections`] serve the gate and the probes alone. They are given out when all others are
    /// taken, and each closes after one answer.
    pub reserved: usize,
    /// Connections of one address (one /64 of IPv6). The addresses of this machine and of trusted proxies may have all
    /// that are not reserved: many clients come through them.
    pub per_address: usize,
    /// How long a request's head may take to arrive, from its first byte; for the first request, from the connection's
    /// beginning.
    pub head: Duration,
    /// How long a connection stays open without a request.
    pub idle: Duration,
    /// How long a client may take to receive the next part of an answer.
    pub write: Duration,
    /// After this time a connection is ended as soon as its requests are answered.
    pub age: Duration,
    /// How long the answers that are under way may take after [`Limits::age`].
    pub last_answers: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            reserved: 256,
            per_address: 256,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            age: Duration::from_hours(1),
            last_answers: Duration::from_mins(10),
        }
    }
}

impl Limits {
    /// Those of a reserved connection, which soon makes room for the next one.
    #[must_use]
    pub fn of_reserved(self) -> Self {
        Self {
            idle: self.idle.min(Duration::from_secs(1)),
            age: self.age.min(self.head),
            last_answers: self.last_answers.min(self.write),
            ..self
        }
    }

    /// Leaves room for the database and files where the process may open fewer files than connections.
    #[must_use]
    pub fn within(mut self, open_files: usize) -> Self {
        let room = open_files.saturating_sub(OTHER_FILES).max(64);
        self.connections = self.connections.min(room);
        self.reserved = self.reserved.min(self.connections / 8);
        self
    }
}

/// Files that are open beside connections.
const OTHER_FILES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_open_files_allow_few_connections() {
        for (files, connections, reserved) in [
            (1_048_576, 4_096, 256),
            (4_352, 4_096, 256),
            (1_024, 768, 96),
            (100, 64, 8),
        ] {
            let limits = Limits::default().within(files);
            assert_eq!(limits.connections, connections, "{files}");
            assert_eq!(limits.reserved, reserved, "{files}");
        }
    }
}
