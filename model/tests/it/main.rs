//! The model checker's findings.

use model::{Fault, Protocol, REVOKED_MEANS_REVOKED};
use stateright::{Checker, HasDiscoveries, Model};

/// Visits every state and returns how many there are.
fn check_all<const N: usize>(protocol: Protocol<N>) -> usize {
    let checker = protocol.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    checker.unique_state_count()
}

/// Visits states until one contradicts the property.
fn is_refuted<const N: usize>(protocol: Protocol<N>) -> bool {
    let checker = protocol
        .checker()
        .finish_when(HasDiscoveries::AnyFailures)
        .threads(2)
        .spawn_bfs()
        .join();
    checker.discovery(REVOKED_MEANS_REVOKED).is_some()
}

const PLAIN: Protocol<2> = Protocol {
    lease: 1,
    crashes: 0,
    forks: 0,
    reads_first: true,
    fault: None,
};

#[test]
fn two_nodes_keep_the_promise_through_a_crash_and_a_fork() {
    let states = check_all(Protocol {
        lease: 2,
        crashes: 1,
        forks: 1,
        ..PLAIN
    });
    assert!(states > 3_000_000, "{states}");
}

#[test]
fn three_nodes_keep_the_promise_through_a_crash() {
    let states = check_all::<3>(Protocol {
        lease: 1,
        crashes: 1,
        forks: 0,
        // It would double the states; two nodes have it.
        reads_first: false,
        fault: None,
    });
    assert!(states > 5_000_000, "{states}");
}

#[test]
fn each_deviation_without_a_fork_is_refuted() {
    for fault in [
        Fault::LeaseFromReply,
        Fault::RenewalWithoutPosition,
        Fault::NodesReadBeforeCommit,
        Fault::LeaseWithRegistration,
        Fault::OlderEntryReplaces,
        Fault::WallClock,
        Fault::RemovedTooEarly,
        Fault::LeftBeforeStopping,
    ] {
        let fault = Some(fault);
        // Setting a clock back needs a lease that has become shorter.
        let protocol = Protocol {
            lease: 2,
            fault,
            ..PLAIN
        };
        assert!(is_refuted(protocol), "{fault:?}");
    }
}

#[test]
fn each_deviation_after_a_fork_is_refuted() {
    for fault in [
        Fault::ForkIgnored,
        Fault::ForkNotAwaited,
        Fault::ForgottenLeasesIgnored,
        Fault::RowOfAnotherEpochDeleted,
        Fault::OwnChangeNotInJournal,
    ] {
        let fault = Some(fault);
        let protocol = Protocol {
            forks: 1,
            fault,
            ..PLAIN
        };
        assert!(is_refuted(protocol), "{fault:?}");
    }
}
