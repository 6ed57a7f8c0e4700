/// A deviation from the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A lease is counted from the arrival of the answer instead of from the sending of the request.
    LeaseFromReply,
    /// A renewal is granted to a node that has not applied the newest change.
    RenewalWithoutPosition,
    /// The barrier reads which nodes there are before the commit.
    NodesReadBeforeCommit,
    /// A node reads the index, then registers, and may answer at once.
    LeaseWithRegistration,
    /// An entry of the index is replaced by an older one that was read before.
    OlderEntryReplaces,
    /// Leases are measured with a clock that can be set back.
    WallClock,
    /// A node that is behind is removed before the full wait.
    RemovedTooEarly,
    /// A node that leaves deletes its row before it stops answering.
    LeftBeforeStopping,
    /// After the database forgot a change, nodes go on as if nothing had happened.
    ForkIgnored,
    /// After the database forgot a change, a node may answer before every registered node has compared its journal.
    ForkNotAwaited,
    /// After the database forgot a change, a barrier does not wait for leases that the forgotten rows had.
    ForgottenLeasesIgnored,
    /// A node that leaves deletes its row although the database has another epoch for it.
    RowOfAnotherEpochDeleted,
    /// A node does not add its own change to its journal before it answers.
    OwnChangeNotInJournal,
}
