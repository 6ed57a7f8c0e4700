//! Why the server closes connections.

/// Why the server closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// A request's head took too long to arrive.
    Head,
    /// No request arrived for too long.
    Idle,
    /// The client did not receive a response in time.
    Write,
    /// The connection reached its maximum age.
    Age,
}

impl CloseReason {
    /// Every reason, in the order of the variants.
    pub const ALL: [Self; 4] = [Self::Head, Self::Idle, Self::Write, Self::Age];

    /// The label in the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Idle => "idle",
            Self::Write => "write",
            Self::Age => "age",
        }
    }
}
