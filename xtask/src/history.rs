//! Checks the promise of several nodes against real processes and a real PostgreSQL: when a revocation is answered, no node
//! accepts a call that begins later.

mod clock;
mod cluster;
mod evidence;
mod faults;
mod keys;
mod link;
mod load;
mod owner;
mod random;
mod register;
mod trouble;

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    path::PathBuf,
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use crate::{
    history::{
        cluster::{Cluster, LEASE, NODES, NodeSetup},
        load::{Found, Load},
        owner::Owner,
        random::Random,
        trouble::Troubles,
    },
    installation,
    step::info,
    workspace::Workspace,
};

/// Clients that call each node, and owners who create and revoke keys: what two processors that also compile can serve. Most owners
/// wait for a lease to end in a trouble.
const CALLERS: usize = 2;
const OWNERS: usize = 12;
/// The time between two troubles, in which every node is healthy.
const HEALTHY: Duration = Duration::from_secs(1);
/// Calls that each node has to accept for each trouble.
const MIN_ACCEPTED: u64 = 20;
/// The time limit of a recovery.
const MAX_RECOVERY: Duration = Duration::from_secs(30);

/// The time limit for finding a planted fault.
const MAX_SEARCH: Duration = Duration::from_mins(1);

/// The arguments of the command.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct Options {
    /// The duration of the run
    #[arg(long, default_value_t = 2)]
    minutes: u64,
    /// The seed of the choice of troubles
    #[arg(long)]
    seed: Option<u32>,
    /// The number of clients that call each node
    #[arg(long, default_value_t = CALLERS)]
    callers: usize,
    /// The number of owners who create and revoke keys
    #[arg(long, default_value_t = OWNERS)]
    owners: usize,
    /// Another build of the server, for example of an older version: nodes leave, and are started again as the other one of the
    /// two programs
    #[arg(long, value_name = "PROGRAM")]
    other: Option<PathBuf>,
    /// Find this planted fault in the server, or every one
    #[arg(long, value_parser = faults::names(), conflicts_with_all = ["minutes", "other"])]
    fault: Option<String>,
}

/// Runs the checker, with troubles that follow from a seed.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let seed = options.seed.unwrap_or_else(any_seed);
    info(&format!("seed {seed}"));
    if let Some(fault) = &options.fault {
        return find(workspace, fault, seed);
    }
    let other = options.other.as_deref();
    let other = other.map(installation::existing_program).transpose()?;
    let clock_library = clock::find_library();
    let program = installation::program(workspace)?;
    ensure!(
        other.as_ref() != Some(&program),
        "{} is the program itself: name another build",
        program.display()
    );
    let outcome = Run {
        nodes: NodeSetup {
            program: &program,
            other_program: other.as_deref(),
            clock_library: clock_library.as_deref(),
            fault: None,
        },
        seed,
        time: Duration::from_mins(options.minutes),
        callers: options.callers,
        owners: options.owners,
        prints: true,
    }
    .perform()?;
    outcome.print();
    outcome.require_correct()
}

/// Finds a planted fault, or every one, and prints after which time.
fn find(workspace: &Workspace, fault: &str, seed: u32) -> Result<()> {
    let program = installation::named_program(|| faults::build(workspace))?;
    let mut missed = Vec::new();
    for name in faults::ALL {
        if fault != faults::EVERY && fault != name {
            continue;
        }
        let outcome = Run {
            nodes: NodeSetup {
                program: &program,
                other_program: None,
                // No fault needs it, and the search is short.
                clock_library: None,
                fault: Some(name),
            },
            seed,
            time: MAX_SEARCH,
            callers: CALLERS,
            owners: OWNERS,
            prints: false,
        }
        .perform()
        .with_context(|| name.to_owned())?;
        if let Some(Found {
            violation, after, ..
        }) = outcome.load.found()
        {
            let seconds = after.as_secs_f64();
            info(&format!("{name}: found after {seconds:.1} s: {violation}"));
        } else {
            info(&format!("{name}: not found in {} s", MAX_SEARCH.as_secs()));
            missed.push(name);
        }
    }
    ensure!(missed.is_empty(), "not found: {}", missed.join(", "));
    Ok(())
}

fn any_seed() -> u32 {
    let hash = RandomState::new().build_hasher().finish();
    u32::try_from(hash >> 32).unwrap_or_default()
}

/// A run to perform.
struct Run<'a> {
    nodes: NodeSetup<'a>,
    seed: u32,
    time: Duration,
    /// Clients that call each node.
    callers: usize,
    owners: usize,
    /// Whether each trouble is printed.
    prints: bool,
}

/// The result of a run.
struct Outcome {
    load: Load,
    troubles: u64,
    /// Revoked keys that were called at each node after all nodes had been killed.
    called_at_the_end: usize,
    /// What a violation left behind.
    evidence: String,
}

impl Run<'_> {
    /// Starts nodes, and lets troubles happen under load until the time is over or a violation is found.
    fn perform(&self) -> Result<Outcome> {
        let mut cluster = Cluster::start(&self.nodes)?;
        let app = cluster.app()?;
        let lease = LEASE * 105 / 100;
        let load = Load::new(cluster.addresses(), app, lease);
        let mut outcome = Outcome {
            load,
            troubles: 0,
            called_at_the_end: 0,
            evidence: String::new(),
        };
        let load = &outcome.load;
        let mut troubles = 0;
        thread::scope(|scope| {
            let sequence = |number| Random::new(self.seed, number);
            for number in 0..self.owners {
                scope.spawn(move || Owner::new(load, number, sequence(number + 1)).run());
            }
            for number in 0..self.callers * NODES {
                let node = number % NODES;
                scope.spawn(move || load.call(node, sequence(number + self.owners + 1)));
            }
            let driven = self.drive(&mut cluster, load, &mut troubles);
            load.stop();
            driven
        })?;
        outcome.troubles = troubles;
        if let Some(found) = outcome.load.found() {
            outcome.evidence = evidence::describe(&mut cluster, &outcome.load, &found)?;
        } else {
            outcome.called_at_the_end = check_durability(&mut cluster, &outcome.load)?;
        }
        Ok(outcome)
    }

    fn drive(&self, cluster: &mut Cluster, load: &Load, troubles: &mut u64) -> Result<()> {
        let mut next = Troubles::new(&self.nodes, Random::new(self.seed, 0));
        recover(cluster, load)?;
        while load.now() < self.time && !load.is_stopping() {
            load.set_healthy(true);
            load.wait(HEALTHY);
            load.set_healthy(false);
            let trouble = next.choose();
            if self.prints {
                info(&format!("{:6.1} s  {trouble}", load.now().as_secs_f64()));
            }
            trouble
                .happen(cluster, load)
                .with_context(|| trouble.to_string())?;
            // Until then a node may accept calls from its earlier lease.
            load.wait(LEASE);
            recover(cluster, load).with_context(|| trouble.to_string())?;
            *troubles += 1;
        }
        Ok(())
    }
}

/// Waits until every node accepts calls.
fn recover(cluster: &mut Cluster, load: &Load) -> Result<()> {
    let began = Instant::now();
    for (node, accepted) in load.totals.accepted.iter().enumerate() {
        let before = accepted.load(Ordering::Relaxed);
        while accepted.load(Ordering::Relaxed) == before && !load.is_stopping() {
            cluster.nodes[node].keep_running()?;
            if began.elapsed() > MAX_RECOVERY {
                let server = cluster.nodes[node].server()?;
                bail!("node {} accepts no calls: {}", node + 1, server.log());
            }
            load.wait(Duration::from_millis(5));
        }
    }
    Ok(())
}

/// Kills all nodes, and checks that new ones refuse every key whose revocation was acknowledged or seen. Returns the number of
/// keys.
fn check_durability(cluster: &mut Cluster, load: &Load) -> Result<usize> {
    for node in &mut cluster.nodes {
        node.kill()?;
        node.start()?;
    }
    for node in &mut cluster.nodes {
        node.server()?.wait_until_ready()?;
    }
    let (keys, all_refused) = load.call_revoked();
    ensure!(
        all_refused || load.found().is_some(),
        "a revoked key was not refused after a restart"
    );
    cluster.nodes[0].verify_audit()?;
    Ok(keys)
}

impl Outcome {
    fn print(&self) {
        let totals = &self.load.totals;
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        let accepted: Vec<u64> = totals.accepted.iter().map(count).collect();
        info(&format!(
            "{:.0} s, {} troubles",
            self.load.now().as_secs_f64(),
            self.troubles
        ));
        info(&format!(
            "{} calls were answered: {accepted:?} accepted by each node, {} refused; {} had no verdict",
            accepted.iter().sum::<u64>() + count(&totals.refused),
            count(&totals.refused),
            count(&totals.unavailable)
        ));
        info(&format!(
            "{} revocations were acknowledged, {} were not; {} revoked keys were refused after all nodes were killed",
            count(&totals.acknowledged),
            count(&totals.unacknowledged),
            self.called_at_the_end
        ));
        for (name, times) in ["healthy nodes", "troubles"]
            .into_iter()
            .zip(totals.revocations())
        {
            let at = |thousandths: usize| {
                let index = (times.len() * thousandths / 1_000).min(times.len().saturating_sub(1));
                times
                    .get(index)
                    .map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
            };
            info(&format!(
                "{} revocations with {name}: median {:.1} ms, p99 {:.1} ms, at most {:.1} ms",
                times.len(),
                at(500),
                at(990),
                at(1_000)
            ));
        }
    }

    fn require_correct(&self) -> Result<()> {
        if let Some(Found {
            violation, after, ..
        }) = self.load.found()
        {
            bail!(
                "after {:.1} s: {violation}\n{}",
                after.as_secs_f64(),
                self.evidence
            );
        }
        for (node, accepted) in self.load.totals.accepted.iter().enumerate() {
            let accepted = accepted.load(Ordering::Relaxed);
            ensure!(
                accepted >= MIN_ACCEPTED * self.troubles,
                "node {} accepted only {accepted} calls",
                node + 1
            );
        }
        let unexpected = self.load.totals.unexpected();
        ensure!(unexpected.is_empty(), "unexpected answers: {unexpected:?}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use super::*;
    use crate::{latchkey, postgres};

    /// How long it runs, beside starting and checking at the end.
    const TIME: Duration = Duration::from_secs(20);

    /// Needs PostgreSQL and the server's program, which the server's tests have compiled.
    #[test]
    fn a_short_history_has_no_violation() {
        // Tests run in the folder of their package.
        let program = fs::canonicalize(Path::new("..").join(latchkey::PROGRAM));
        let (Ok(program), Some(_)) = (program, postgres::installed()) else {
            assert!(
                env::var("CI").is_err(),
                "the server or PostgreSQL is missing"
            );
            println!("SKIPPED: the server is not compiled, or PostgreSQL is not installed");
            return;
        };
        let seed = any_seed();
        println!("seed {seed}");
        let clock_library = clock::find_library();
        let outcome = Run {
            nodes: NodeSetup {
                program: &program,
                other_program: None,
                clock_library: clock_library.as_deref(),
                fault: None,
            },
            seed,
            time: TIME,
            callers: CALLERS,
            owners: OWNERS,
            prints: true,
        }
        .perform()
        .expect("a run");
        outcome.print();
        outcome.require_correct().expect("no violation");
    }
}
