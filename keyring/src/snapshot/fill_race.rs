//! Every order in which changes of a key and readings of its row can come: what was read before a revocation, and arrives
//! behind it, revives nothing.

use super::*;
use domain::key::Environment;
use std::cell::Cell;

/// The steps of one task. What it reads is put into the index later, and others come between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Commits a change of the key.
    Commit,
    /// Reads the row.
    Read,
    /// Puts what was read into the index.
    Put,
}

/// The revocation, a change of the name, and two readings of everything that nobody asked for.
const TASKS: [&[Step]; 4] = [
    &[Step::Commit, Step::Read, Step::Put],
    &[Step::Commit, Step::Read, Step::Put],
    &[Step::Read, Step::Put],
    &[Step::Read, Step::Put],
];
/// The task that revokes; its last step is the answer.
const REVOKES: usize = 0;

/// The row as of a change.
fn row(position: i64, revoked: bool) -> IndexRow {
    IndexRow {
        id: KeyId::from_number(Environment::Live, 1),
        application: ApplicationId(uuid::Uuid::nil()),
        account: AccountId(uuid::Uuid::nil()),
        scopes: ScopeSet::default(),
        ip_rules: IpRules::default(),
        rate_limit: None,
        expires_at: None,
        deprecated_at: None,
        retires_at: None,
        inactive: false,
        deactivated_at: None,
        revoked,
        digest: [7; 32],
        position,
        pepper: PepperName::default(),
    }
}

/// An index that is filled by `put`, and says whether the key is revoked.
struct Index<'a> {
    put: &'a dyn Fn(&IndexRow),
    is_revoked: &'a dyn Fn() -> bool,
}

/// Runs the tasks in this order; whether the key was accepted after its revocation had been answered.
fn revives(order: &[usize], index: &Index<'_>) -> bool {
    let (mut position, mut revoked) = (1, false);
    let mut next = [0; TASKS.len()];
    let mut read: [Option<IndexRow>; TASKS.len()] = std::array::from_fn(|_| None);
    let mut answered = false;
    (index.put)(&row(position, revoked));
    for &task in order {
        let step = TASKS[task][next[task]];
        next[task] += 1;
        match step {
            // A revoked key is not changed any more.
            Step::Commit if revoked => {}
            Step::Commit => {
                position += 1;
                revoked |= task == REVOKES;
            }
            Step::Read => read[task] = Some(row(position, revoked)),
            Step::Put => (index.put)(read[task].as_ref().expect("read before")),
        }
        answered |= task == REVOKES && next[task] == TASKS[task].len();
        if answered && !(index.is_revoked)() {
            return true;
        }
    }
    false
}

/// Calls `visit` with every order of the tasks' steps.
fn each_order(
    left: &mut [usize; TASKS.len()],
    order: &mut Vec<usize>,
    visit: &mut impl FnMut(&[usize]),
) {
    if left.iter().all(|steps| *steps == 0) {
        visit(order);
        return;
    }
    for task in 0..TASKS.len() {
        if left[task] > 0 {
            left[task] -= 1;
            order.push(task);
            each_order(left, order, visit);
            order.pop();
            left[task] += 1;
        }
    }
}

/// How many orders there are, and in how many a key is revived in the index that `make` makes.
fn count(make: impl Fn(&mut dyn FnMut(&Index<'_>))) -> (usize, usize) {
    let (mut all, mut wrong) = (0, 0);
    let mut left = TASKS.map(<[Step]>::len);
    each_order(&mut left, &mut Vec::new(), &mut |order| {
        all += 1;
        make(&mut |index| wrong += usize::from(revives(order, index)));
    });
    (all, wrong)
}

#[test]
fn no_order_of_changes_and_readings_revives_a_revoked_key() {
    let (all, wrong) = count(|run| {
        let snapshot = Snapshot::with_capacity(1, Vec::new());
        let id = row(1, false).id;
        run(&Index {
            put: &|row| snapshot.put(row),
            is_revoked: &|| snapshot.with(id, |entry| entry.is_some_and(|entry| entry.revoked)),
        });
    });
    assert!(all > 10_000, "{all} orders");
    assert_eq!(wrong, 0, "of {all} orders");
}

#[test]
fn an_index_in_which_the_last_one_wins_is_found_to_revive_a_key() {
    let (_, wrong) = count(|run| {
        let revoked = Cell::new(false);
        run(&Index {
            put: &|row| revoked.set(row.revoked),
            is_revoked: &|| revoked.get(),
        });
    });
    assert!(wrong > 0, "the search finds nothing");
}
