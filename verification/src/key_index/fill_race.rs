//! Every interleaving of changes of a key and reads of its row: a row that was read before a revocation and reaches the index
//! after it does not revive the key.

use super::*;
use domain::key::Environment;
use std::cell::Cell;

/// A step of a task. Other tasks may run between its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Commits a change of the key.
    Commit,
    /// Reads the row.
    Read,
    /// Updates the index with the row.
    Update,
}

/// A revocation, a rename, and two unrelated reloads.
const TASKS: [&[Step]; 4] = [
    &[Step::Commit, Step::Read, Step::Update],
    &[Step::Commit, Step::Read, Step::Update],
    &[Step::Read, Step::Update],
    &[Step::Read, Step::Update],
];
/// The task that revokes; its last step is the answer.
const REVOCATION: usize = 0;

/// The row as of a position.
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

/// An index under test.
struct TestedIndex<'a> {
    update: &'a dyn Fn(&IndexRow),
    is_revoked: &'a dyn Fn() -> bool,
}

/// Runs the tasks in this order. Returns whether the key was accepted after its revocation was answered.
fn revives(order: &[usize], index: &TestedIndex<'_>) -> bool {
    let (mut position, mut revoked) = (1, false);
    let mut next = [0; TASKS.len()];
    let mut read: [Option<IndexRow>; TASKS.len()] = std::array::from_fn(|_| None);
    let mut answered = false;
    (index.update)(&row(position, revoked));
    for &task in order {
        let step = TASKS[task][next[task]];
        next[task] += 1;
        match step {
            // A revoked key cannot be changed.
            Step::Commit if revoked => {}
            Step::Commit => {
                position += 1;
                revoked |= task == REVOCATION;
            }
            Step::Read => read[task] = Some(row(position, revoked)),
            Step::Update => (index.update)(read[task].as_ref().expect("read before")),
        }
        answered |= task == REVOCATION && next[task] == TASKS[task].len();
        if answered && !(index.is_revoked)() {
            return true;
        }
    }
    false
}

/// Calls `visit` with every interleaving of the tasks' steps.
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

/// Returns the number of interleavings, and of those that revive the key, for the index that `make` creates.
fn count(make: impl Fn(&mut dyn FnMut(&TestedIndex<'_>))) -> (usize, usize) {
    let (mut all, mut wrong) = (0, 0);
    let mut left = TASKS.map(<[Step]>::len);
    each_order(&mut left, &mut Vec::new(), &mut |order| {
        all += 1;
        make(&mut |index| wrong += usize::from(revives(order, index)));
    });
    (all, wrong)
}

#[test]
fn no_interleaving_of_changes_and_reads_revives_a_revoked_key() {
    let (all, wrong) = count(|run| {
        let index = KeyIndex::with_capacity(1, Vec::new());
        let id = row(1, false).id;
        run(&TestedIndex {
            update: &|row| index.update(row),
            is_revoked: &|| index.with(id, |entry| entry.is_some_and(|entry| entry.revoked)),
        });
    });
    assert!(all > 10_000, "{all} orders");
    assert_eq!(wrong, 0, "of {all} orders");
}

#[test]
fn the_search_finds_that_an_index_where_the_last_write_wins_revives_a_key() {
    let (_, wrong) = count(|run| {
        let revoked = Cell::new(false);
        run(&TestedIndex {
            update: &|row| revoked.set(row.revoked),
            is_revoked: &|| revoked.get(),
        });
    });
    assert!(wrong > 0, "no interleaving was found");
}
