//! A server that is killed under load, over and over: nothing that was answered may be lost but the last second of counts.

mod load;
mod model;
mod victim;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    kill::{
        load::{Calls, Change},
        model::Model,
        victim::Victim,
    },
    step::note,
    workspace::Workspace,
};

/// How often, unless somebody says otherwise.
pub const TIMES: usize = 100;

/// Clients that call all the time, while one changes keys.
const CALLERS: usize = 4;

/// What may be lost of the counts: those of the last second, and of the time that writing them takes.
const LOSS_LIMIT: Duration = Duration::from_millis(1_500);

/// What was seen in all rounds.
#[derive(Default)]
struct Tally {
    calls: usize,
    changes: usize,
    lost_calls: usize,
    /// The age, at the kill, of the oldest call whose count was lost.
    oldest: Duration,
    slowest_start: Duration,
}

/// Kills the server so many times, looks after each whether all is there, and says what was seen.
pub fn run(workspace: &Workspace, times: usize) -> Result<()> {
    let victim = Victim::prepare(workspace)?;
    let mut model = Model::default();
    let mut tally = Tally::default();
    for round in 0..times {
        let outcome = one_round(&victim, &mut model, &mut tally, round);
        outcome.with_context(|| {
            format!(
                "round {} of {times}; what is left is in {}",
                round + 1,
                victim.folder().display()
            )
        })?;
    }
    let began = Instant::now();
    let server = victim.start()?;
    tally.slowest_start = tally.slowest_start.max(began.elapsed());
    let lost = model.examine(&victim, &server)?;
    tally.take(lost);
    drop(server);
    victim.clear();
    tally.tell(times);
    Ok(())
}

fn one_round(victim: &Victim, model: &mut Model, tally: &mut Tally, round: usize) -> Result<()> {
    let began = Instant::now();
    let mut server = victim.start()?;
    tally.slowest_start = tally.slowest_start.max(began.elapsed());
    let lost = model.examine(victim, &server)?;
    tally.take(lost);

    let mut owner = server.sign_in()?;
    model.furnish(&mut owner, server.app(), round)?;
    let keys = model.callable(&mut owner, server.app())?;
    let ending = AtomicBool::new(false);
    let (calls, changes, killed) = thread::scope(|scope| -> Result<_> {
        let callers: Vec<_> = (0..CALLERS)
            .map(|place| {
                let (keys, ending) = (&keys, &ending);
                scope.spawn(move || load::call(server.address, keys, place, ending))
            })
            .collect();
        let app = server.app().to_owned();
        let plan = model.plan();
        let ending_too = &ending;
        let owner_thread =
            scope.spawn(move || load::change(&mut owner, &app, plan, round, ending_too));
        thread::sleep(moment(round));
        let killed = server.kill();
        ending.store(true, Ordering::Relaxed);
        let calls: Vec<Calls> = callers
            .into_iter()
            .map(|caller| caller.join().expect("a caller ends"))
            .collect();
        let changes: Vec<Change> = owner_thread.join().expect("the one who changes ends")?;
        Ok((calls, changes, killed?))
    })?;
    ensure!(
        calls.iter().any(|calls| !calls.is_empty()),
        "no call was answered"
    );
    tally.calls += calls.iter().map(Vec::len).sum::<usize>();
    tally.changes += changes.iter().filter(|change| change.answered).count();
    model.remember(calls, changes, killed);
    Ok(())
}

/// When a round's server dies, from a fifth of a second on: spread evenly over more than the second between two writes
/// of counts.
fn moment(round: usize) -> Duration {
    Duration::from_millis(200 + (round as u64 * 617) % 1_600)
}

impl Tally {
    fn take(&mut self, lost: model::Lost) {
        self.lost_calls += lost.calls;
        self.oldest = self.oldest.max(lost.oldest);
    }

    fn tell(&self, times: usize) {
        note(&format!(
            "killed {times} times: {} calls and {} changes had been answered, and {} counts of calls were lost",
            self.calls, self.changes, self.lost_calls
        ));
        note(&format!(
            "no key, no state of a key and no row of the audit log was lost; the oldest lost count was {} ms old",
            self.oldest.as_millis()
        ));
        note(&format!(
            "the slowest start after a kill took {} ms",
            self.slowest_start.as_millis()
        ));
    }
}
