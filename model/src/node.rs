use crate::{Fault, Protocol};

/// A process and its row in the table of nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Whether the process runs and believes itself registered.
    pub registered: bool,
    /// Position of the newest change that the index has; none before the first read.
    pub applied: Option<u8>,
    /// The keys, as bits, that the index refuses.
    pub index: u8,
    /// The keys, as bits, that this node's file of revocations names. It outlives the process.
    pub journal: u8,
    /// Ticks for which the process may answer.
    pub lease: u8,
    pub renewal: Option<Renewal>,
    pub read: Option<Snapshot>,
    pub change: Option<Change>,
    pub row: Option<Row>,
    /// The row in the database that a fork leads back to.
    pub earlier_row: Option<Row>,
    /// Changes, as bits of their keys, whose barrier waits for this node ([`Fault::NodesReadBeforeCommit`](crate::Fault)).
    pub awaited: u8,
    /// Ticks since the registration, counted until the database has been opened after a fork.
    pub since: u8,
}

/// A row of the table of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// Position of the newest applied change at the last granted renewal.
    pub applied: Option<u8>,
    /// Whether it is of the running process's newest registration: of its epoch.
    pub current: bool,
    /// Whether its process has compared its journal since the last fork.
    pub compared: bool,
}

/// A renewal on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Renewal {
    /// Ticks since it was sent.
    pub age: u8,
    pub applied: u8,
    /// Whether the database has granted it; its answer is on the way.
    pub granted: bool,
}

/// What the database contained when it was read; the answer is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Snapshot {
    pub position: u8,
    pub revoked: u8,
}

/// A revocation that waits for its barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Change {
    pub key: u8,
    /// None before its commit.
    pub position: Option<u8>,
    /// Ticks since the commit.
    pub waited: u8,
}

impl Node {
    /// A process that is not there.
    pub const fn down() -> Self {
        Self {
            registered: false,
            applied: None,
            index: 0,
            journal: 0,
            lease: 0,
            renewal: None,
            read: None,
            change: None,
            row: None,
            earlier_row: None,
            awaited: 0,
            since: 0,
        }
    }

    /// A process that has joined and has no lease yet.
    pub const fn serving() -> Self {
        let row = Row {
            applied: Some(0),
            current: true,
            compared: true,
        };
        Self {
            registered: true,
            applied: Some(0),
            row: Some(row),
            ..Self::down()
        }
    }

    /// Ends the process. What it wrote to the database and to its journal stays.
    pub fn crash(&mut self) {
        *self = Self {
            journal: self.journal,
            row: self.row.map(|row| Row {
                current: false,
                ..row
            }),
            earlier_row: self.earlier_row,
            awaited: self.awaited,
            ..Self::down()
        };
    }

    /// Whether the database knows the process under the epoch it uses.
    pub fn is_current(&self) -> bool {
        self.registered && self.row.is_some_and(|row| row.current)
    }

    /// Drops what is on its way and can no longer have an effect.
    pub fn drop_useless<const N: usize>(&mut self, protocol: &Protocol<N>) {
        if !protocol.has(Fault::LeaseFromReply) {
            let late = |renewal: &mut Renewal| renewal.granted && renewal.age >= protocol.lease;
            self.renewal.take_if(late);
        }
        if !protocol.has(Fault::OlderEntryReplaces) {
            let (applied, index) = (self.applied, self.index);
            self.read
                .take_if(|read| Some(read.position) <= applied && read.revoked & !index == 0);
        }
    }

    /// Adds revocations to the index, and to the journal before it.
    pub fn apply(&mut self, revoked: u8) {
        self.journal |= revoked;
        self.index |= revoked;
    }

    /// Exchanges the two keys.
    pub fn swap_keys(&mut self) {
        for bits in [&mut self.index, &mut self.journal, &mut self.awaited] {
            *bits = swapped(*bits);
        }
        if let Some(read) = &mut self.read {
            read.revoked = swapped(read.revoked);
        }
        if let Some(change) = &mut self.change {
            change.key = 1 - change.key;
        }
    }
}

/// The bits with the two keys exchanged.
pub const fn swapped(bits: u8) -> u8 {
    ((bits & 1) << 1) | (bits >> 1)
}
