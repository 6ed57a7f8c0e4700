use crate::{
    Fault, KEYS, Protocol,
    node::{Change, Node, Renewal, Row, Snapshot},
    state::State,
};

/// What happens next. The number is a node's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Real time passes.
    Tick,
    /// The process ends; another one may register in its place.
    Crash(usize),
    /// The row is inserted, after the first read or before it; after a fork the journal is compared before.
    Register(usize),
    /// The database is read, as a whole or from the last applied change on.
    Read(usize),
    /// What was read arrives.
    Apply(usize),
    /// A renewal of the lease is sent.
    SendRenewal(usize),
    /// The renewal's statement runs.
    RunRenewal(usize),
    /// Its answer arrives, in time or late.
    Renewed(usize),
    /// The request or its answer is lost.
    LoseRenewal(usize),
    /// The barrier reads which nodes there are, where it does so too early.
    Prepare(usize, u8),
    /// A revocation is committed; the second number is the key's.
    Commit(usize, u8),
    /// Barriers may be passed again after a fork.
    Open(usize),
    /// The barrier is passed and the revocation is answered.
    Answer(usize),
    /// The process stops answering and deletes its row.
    Leave(usize),
    /// The row is deleted by another process: it was not renewed for the length of a lease.
    RemoveSilent(usize),
    /// The database loses its newest change, and every connection breaks.
    Fork,
    /// The clock of a node is set back.
    SetClockBack(usize),
}

impl Step {
    /// Every step of `nodes` nodes.
    pub fn all(nodes: usize) -> impl Iterator<Item = Self> {
        let of_node = |node| {
            [
                Self::Crash(node),
                Self::Register(node),
                Self::Read(node),
                Self::Apply(node),
                Self::SendRenewal(node),
                Self::RunRenewal(node),
                Self::Renewed(node),
                Self::LoseRenewal(node),
                Self::Answer(node),
                Self::Open(node),
                Self::Leave(node),
                Self::RemoveSilent(node),
                Self::SetClockBack(node),
            ]
            .into_iter()
            .chain(
                (0..KEYS).flat_map(move |key| [Self::Prepare(node, key), Self::Commit(node, key)]),
            )
        };
        [Self::Tick, Self::Fork]
            .into_iter()
            .chain((0..nodes).flat_map(of_node))
    }

    /// Takes the step; `None` if it is not possible.
    pub fn take<const N: usize>(self, protocol: &Protocol<N>, state: &mut State<N>) -> Option<()> {
        match self {
            Self::Tick => tick(protocol, state),
            Self::Crash(node) => {
                require(state.nodes[node].registered && state.crashes_left > 0)?;
                state.crashes_left -= 1;
                state.nodes[node].crash();
            }
            Self::Register(node) => register(protocol, state, node)?,
            Self::Read(node) => {
                let read = Snapshot {
                    position: state.head,
                    revoked: state.revoked,
                };
                require(state.nodes.iter().all(|node| node.read.is_none()))?;
                let node = &mut state.nodes[node];
                require(node.registered || protocol.reads_first)?;
                node.read = Some(read);
            }
            Self::Apply(node) => apply(protocol, &mut state.nodes[node])?,
            Self::SendRenewal(node) => {
                let node = &mut state.nodes[node];
                require(node.registered && node.renewal.is_none())?;
                node.renewal = Some(Renewal {
                    age: 0,
                    applied: node.applied?,
                    granted: false,
                });
            }
            Self::RunRenewal(node) => run_renewal(protocol, state, node)?,
            Self::Renewed(node) => {
                let node = &mut state.nodes[node];
                let renewal = node.renewal.take_if(|renewal| renewal.granted)?;
                let age = if protocol.has(Fault::LeaseFromReply) {
                    0
                } else {
                    renewal.age
                };
                node.lease = node.lease.max(protocol.lease - age);
            }
            Self::LoseRenewal(node) => drop(state.nodes[node].renewal.take()?),
            Self::Prepare(node, key) => {
                require(protocol.has(Fault::NodesReadBeforeCommit))?;
                change(state, node, key)?;
                for node in &mut state.nodes {
                    if node.row.is_some() {
                        node.awaited |= 1 << key;
                    }
                }
            }
            Self::Commit(node, key) => commit(protocol, state, node, key)?,
            Self::Answer(node) => answer(protocol, state, node)?,
            Self::Open(node) => {
                let compared = |node: &Node| node.row.is_none_or(|row| row.compared);
                require(!state.opened && state.nodes.iter().all(compared))?;
                require(
                    state.nodes[node].is_current() && state.nodes[node].since >= protocol.lease,
                )?;
                state.opened = true;
                for node in &mut state.nodes {
                    node.since = 0;
                }
            }
            Self::Leave(node) => {
                let node = &mut state.nodes[node];
                require(node.registered && node.change.is_none())?;
                node.registered = false;
                let any_epoch = protocol.has(Fault::RowOfAnotherEpochDeleted);
                node.row = node.row.filter(|row| !row.current && !any_epoch);
                node.renewal = None;
                if !protocol.has(Fault::LeftBeforeStopping) {
                    node.lease = 0;
                }
            }
            Self::RemoveSilent(node) => {
                let node = &mut state.nodes[node];
                let is_granted = |renewal: &Renewal| renewal.granted;
                require(node.lease == 0 && !node.renewal.as_ref().is_some_and(is_granted))?;
                node.row.take_if(|row| row.compared)?;
            }
            Self::Fork => fork(protocol, state)?,
            Self::SetClockBack(node) => {
                require(protocol.has(Fault::WallClock) && state.nodes[node].lease > 0)?;
                state.nodes[node].lease = protocol.lease;
            }
        }
        Some(())
    }
}

/// Ends the step unless it is possible.
fn require(possible: bool) -> Option<()> {
    possible.then_some(())
}

fn tick<const N: usize>(protocol: &Protocol<N>, state: &mut State<N>) {
    for node in &mut state.nodes {
        node.lease = node.lease.saturating_sub(1);
        if !state.opened && node.registered {
            node.since = protocol.lease.min(node.since + 1);
        }
        if let Some(renewal) = &mut node.renewal {
            renewal.age = protocol.lease.min(renewal.age + 1);
        }
        if let Some(change) = node
            .change
            .as_mut()
            .filter(|change| change.position.is_some())
        {
            change.waited = protocol.lease.min(change.waited + 1);
        }
    }
}

fn register<const N: usize>(
    protocol: &Protocol<N>,
    state: &mut State<N>,
    node: usize,
) -> Option<()> {
    let registering = &mut state.nodes[node];
    require(!registering.registered)?;
    let forgotten = registering.journal & !state.revoked;
    registering.registered = true;
    registering.since = 0;
    registering.row = Some(Row {
        applied: registering.applied,
        current: true,
        compared: true,
    });
    if protocol.has(Fault::LeaseWithRegistration) {
        registering.applied?;
        registering.lease = protocol.lease;
    }
    if forgotten != 0 && !protocol.has(Fault::ForkIgnored) {
        state.revoked |= forgotten;
        state.head += 1;
    }
    Some(())
}

fn apply<const N: usize>(protocol: &Protocol<N>, node: &mut Node) -> Option<()> {
    let read = node.read.take()?;
    if protocol.has(Fault::OlderEntryReplaces) {
        node.index = read.revoked;
    }
    node.apply(read.revoked);
    node.applied = node.applied.max(Some(read.position));
    Some(())
}

fn run_renewal<const N: usize>(
    protocol: &Protocol<N>,
    state: &mut State<N>,
    node: usize,
) -> Option<()> {
    let compared = |node: &Node| node.row.is_none_or(|row| row.compared);
    let all_compared = protocol.has(Fault::ForkNotAwaited) || state.nodes.iter().all(compared);
    let node = &mut state.nodes[node];
    let renewal = node.renewal.as_mut().filter(|renewal| !renewal.granted)?;
    let Some(row) = node.row.as_mut().filter(|row| row.current) else {
        // It was removed, or the database is another one: it registers again.
        node.registered = false;
        node.renewal = None;
        return Some(());
    };
    let is_newest = state.head <= renewal.applied || protocol.has(Fault::RenewalWithoutPosition);
    if is_newest && all_compared {
        row.applied = Some(renewal.applied);
        renewal.granted = true;
    } else {
        node.renewal = None;
    }
    Some(())
}

/// Begins to revoke a key.
fn change<const N: usize>(state: &mut State<N>, node: usize, key: u8) -> Option<()> {
    let begun = |node: &Node| node.change.is_some_and(|change| change.key == key);
    require(state.revoked & (1 << key) == 0 && !state.nodes.iter().any(begun))?;
    let node = &mut state.nodes[node];
    require(node.is_current() && node.change.is_none())?;
    node.change = Some(Change {
        key,
        position: None,
        waited: 0,
    });
    Some(())
}

fn commit<const N: usize>(
    protocol: &Protocol<N>,
    state: &mut State<N>,
    node: usize,
    key: u8,
) -> Option<()> {
    if protocol.has(Fault::NodesReadBeforeCommit) {
        let prepared = |change: &Change| change.key == key && change.position.is_none();
        state.nodes[node]
            .change
            .as_ref()
            .filter(|change| prepared(change))?;
        require(state.nodes[node].is_current())?;
    } else {
        change(state, node, key)?;
    }
    if state.forks_left > 0 {
        state.earlier = Some((state.head, state.revoked));
        for node in &mut state.nodes {
            node.earlier_row = node.row;
        }
    }
    state.revoked |= 1 << key;
    state.head += 1;
    let head = state.head;
    let node = &mut state.nodes[node];
    if let Some(change) = &mut node.change {
        change.position = Some(head);
    }
    let is_next = node.applied == Some(head - 1);
    if is_next || !protocol.has(Fault::OwnChangeNotInJournal) {
        node.apply(1 << key);
    }
    if is_next {
        node.applied = Some(head);
    }
    Some(())
}

fn answer<const N: usize>(protocol: &Protocol<N>, state: &mut State<N>, node: usize) -> Option<()> {
    require(state.opened)?;
    let change = state.nodes[node].change?;
    let position = change.position?;
    let early = protocol.has(Fault::NodesReadBeforeCommit);
    let is_awaited = |node: &Node| !early || node.awaited & (1 << change.key) != 0;
    let is_behind = |row: Row| row.applied < Some(position);
    let behind = |node: &Node| is_awaited(node) && node.row.is_some_and(is_behind);
    let wait = protocol.lease - u8::from(protocol.has(Fault::RemovedTooEarly));
    // The node itself has the change, whatever its row says.
    let is_other = |(at, _): &(usize, &mut Node)| *at != node;
    let mut others = state.nodes.iter_mut().enumerate().filter(is_other);
    if others.any(|(_, other)| behind(other)) {
        require(change.waited >= wait)?;
        for (_, other) in state.nodes.iter_mut().enumerate().filter(is_other) {
            // A process that has not compared its journal may know what the database forgot. It gets no lease.
            other.row = other.row.filter(|row| !is_behind(*row) || !row.compared);
        }
    }
    state.nodes[node].change = None;
    state.answered |= 1 << change.key;
    Some(())
}

fn fork<const N: usize>(protocol: &Protocol<N>, state: &mut State<N>) -> Option<()> {
    require(state.forks_left > 0)?;
    (state.head, state.revoked) = state.earlier.take()?;
    state.forks_left -= 1;
    state.opened = protocol.has(Fault::ForkIgnored) || protocol.has(Fault::ForgottenLeasesIgnored);
    for node in &mut state.nodes {
        node.row = node.earlier_row.take();
        // A process that has seen what was lost ends, and its successor reads everything.
        node.applied = node.applied.filter(|applied| *applied <= state.head);
        node.read = None;
        node.change = None;
        if !protocol.has(Fault::ForkIgnored) {
            node.renewal = None;
            node.row = node.row.map(|row| Row {
                current: false,
                compared: false,
                ..row
            });
        }
    }
    Some(())
}
