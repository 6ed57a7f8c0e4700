//! Kills a server repeatedly under load. No acknowledged change may be lost, and only the usage of the last second.

pub mod load;
mod model;

use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    installation::{self, Installation, Server},
    kill::{
        load::{Calls, Change},
        model::Model,
    },
    step::info,
    workspace::Workspace,
};

/// The number of kills by default.
pub const DEFAULT_KILLS: usize = 100;

/// Clients that call without a pause, while another one changes keys.
const CALLERS: usize = 4;

/// The largest age of lost counts at a kill: they are written every second, and writing takes time.
const MAX_LOST_AGE: Duration = Duration::from_millis(1_500);

/// Totals of all rounds.
#[derive(Default)]
struct Totals {
    calls: usize,
    changes: usize,
    lost_calls: usize,
    /// The age, at the kill, of the oldest call whose count was lost.
    oldest_lost: Duration,
    slowest_start: Duration,
}

/// Kills the server `kills` times, checks its data after each kill, and prints totals.
pub fn run(workspace: &Workspace, kills: usize) -> Result<()> {
    let folder = env::temp_dir().join(format!("latchkey-kill-{}", std::process::id()));
    let installation = Installation::create(installation::program(workspace)?, folder, Vec::new())?;
    installation.add_owner()?;
    let mut model = Model::default();
    let mut totals = Totals::default();
    for round in 0..kills {
        let result = run_round(&installation, &mut model, &mut totals, round);
        result.with_context(|| {
            format!(
                "round {} of {kills}; the database is in {}",
                round + 1,
                installation.folder().display()
            )
        })?;
    }
    let server = start(&installation, &mut totals)?;
    let lost = model.check(&installation, &server)?;
    totals.add_lost(lost);
    drop(server);
    installation.remove();
    totals.print(kills);
    Ok(())
}

/// Starts a server, until it is ready and the owner can sign in.
fn start(installation: &Installation, totals: &mut Totals) -> Result<Server> {
    let began = Instant::now();
    let server = installation.start()?;
    server.sign_in()?;
    totals.slowest_start = totals.slowest_start.max(began.elapsed());
    Ok(server)
}

fn run_round(
    installation: &Installation,
    model: &mut Model,
    totals: &mut Totals,
    round: usize,
) -> Result<()> {
    let mut server = start(installation, totals)?;
    let lost = model.check(installation, &server)?;
    totals.add_lost(lost);

    let mut owner = server.sign_in()?;
    let app = server.find_app()?;
    model.create_keys(&mut owner, &app, round)?;
    let keys = model.start_round(&mut owner, &app)?;
    let stopping = AtomicBool::new(false);
    let (calls, changes, killed) = thread::scope(|scope| -> Result<_> {
        let callers: Vec<_> = (0..CALLERS)
            .map(|first| {
                let (keys, stopping) = (&keys, &stopping);
                scope.spawn(move || load::call(server.address, keys, first, stopping))
            })
            .collect();
        let plan = model.plan();
        let stopping_ref = &stopping;
        let owner_thread =
            scope.spawn(move || load::change(&mut owner, &app, plan, round, stopping_ref));
        thread::sleep(delay(round));
        let killed = server.kill();
        stopping.store(true, Ordering::Relaxed);
        let calls: Vec<Calls> = callers
            .into_iter()
            .map(|caller| caller.join().expect("a caller panicked"))
            .collect();
        let changes: Vec<Change> = owner_thread
            .join()
            .expect("the thread of changes panicked")?;
        Ok((calls, changes, killed?))
    })?;
    ensure!(
        calls.iter().any(|calls| !calls.is_empty()),
        "no call was answered"
    );
    totals.calls += calls.iter().map(Vec::len).sum::<usize>();
    totals.changes += changes.iter().filter(|change| change.acknowledged).count();
    model.record(calls, changes, killed);
    Ok(())
}

/// Returns the time until a round's kill: 0.2 to 1.8 seconds, so that kills are spread over the interval of one second
/// between two writes of counts.
fn delay(round: usize) -> Duration {
    Duration::from_millis(200 + (round as u64 * 617) % 1_600)
}

impl Totals {
    fn add_lost(&mut self, lost: model::Lost) {
        self.lost_calls += lost.calls;
        self.oldest_lost = self.oldest_lost.max(lost.oldest);
    }

    fn print(&self, kills: usize) {
        info(&format!(
            "{kills} kills: {} calls and {} changes were acknowledged; the counts of {} calls were lost",
            self.calls, self.changes, self.lost_calls
        ));
        info(&format!(
            "no key, state of a key or row of the audit log was lost; the oldest lost count was {} ms old",
            self.oldest_lost.as_millis()
        ));
        info(&format!(
            "the slowest start after a kill took {} ms",
            self.slowest_start.as_millis()
        ));
    }
}
