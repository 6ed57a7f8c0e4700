//! Measures nodes on PostgreSQL: the gate beside the same keys in SQLite, revocations with three nodes, and what an idle node asks of the
//! database. PostgreSQL runs on the second processor, like the clients.

use std::{thread, time::Duration};

use anyhow::{Context as _, Result, ensure};

use crate::{
    bench::{
        gate::{Run, calls_for, measure_revocation, milliseconds, print_comparison},
        server::RunningServer,
    },
    postgres::{self, Server},
    step::{info, step},
};

const KEYS: usize = 10_000;
/// Seconds of calls in a run.
const SECONDS: &str = "30";
/// Pairs of runs, one on each database.
const ROUNDS: usize = 4;
/// How long an idle node is watched.
const IDLE: Duration = Duration::from_mins(1);
/// The goals: calls a second beside SQLite, the median of a revocation with three nodes, and statements of an idle node a second.
const MIN_RATE: f64 = 0.95;
const MAX_REVOCATION: Duration = Duration::from_millis(100);
const MAX_STATEMENTS: f64 = 5.0;

/// Counts the statements of nodes since the last reset.
const STATEMENTS: &str = "SELECT COALESCE(SUM(calls), 0) FROM pg_stat_statements";

/// Measures, prints the results, and fails if a goal is missed.
pub fn measure() -> Result<()> {
    let (sqlite, pairs) = step("a gate with 10,000 keys in SQLite", || {
        RunningServer::with_pairs(KEYS, "")
    })?;
    let database = Server::on_port(postgres::programs()?)?;
    let first = step("the same keys in PostgreSQL", || {
        sqlite.copy_to(&database.url())?;
        RunningServer::on_postgres(&database.url())
    })?;
    let mut runs: [Vec<Run>; 2] = Default::default();
    for _ in 0..ROUNDS {
        for (server, runs) in [&sqlite, &first].into_iter().zip(&mut runs) {
            runs.push(calls_for(server, &pairs, "valid", SECONDS, None)?);
        }
    }
    let [in_sqlite, in_postgres] = runs.map(median);
    let (in_sqlite, in_postgres) = (in_sqlite?, in_postgres?);
    print_comparison("SQLite", &in_sqlite, &in_sqlite);
    print_comparison("PostgreSQL", &in_postgres, &in_sqlite);

    let others = step("two more nodes", || {
        let start = |_| RunningServer::on_postgres(&database.url());
        (0..2).map(start).collect::<Result<Vec<_>>>()
    })?;
    let revocation = measure_revocation(&first, &pairs)?;
    // The file of pairs is in the first one's folder.
    drop((others, sqlite));

    database.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")?;
    // The other nodes have left, and what was called is written.
    thread::sleep(IDLE);
    database.query("SELECT pg_stat_statements_reset()")?;
    thread::sleep(IDLE);
    let statements: f64 = database.query(STATEMENTS)?.trim().parse()?;
    let statements = statements / IDLE.as_secs_f64();
    info(&format!(
        "  an idle node: {statements:.1} statements a second"
    ));

    let rate = in_postgres.rate / in_sqlite.rate;
    ensure!(
        rate >= MIN_RATE && revocation <= MAX_REVOCATION && statements <= MAX_STATEMENTS,
        "a goal was missed: {MIN_RATE} ×, {} ms, {MAX_STATEMENTS} statements",
        milliseconds(MAX_REVOCATION)
    );
    Ok(())
}

/// Returns the run with the median of calls a second.
fn median(mut runs: Vec<Run>) -> Result<Run> {
    runs.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    let middle = runs.len() / 2;
    runs.into_iter().nth(middle).context("no runs")
}
