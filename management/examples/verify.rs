//! Measures decisions without HTTP: loads the keys of a database, and verifies the pairs of a file (one per line, separated by a
//! space). Prints the time to load, the memory, and the nanoseconds in which all threads together answer one call. `cargo
//! xtask bench gate` runs it.

use domain::{key::scope::ScopeSet, verdict::Verdict};
use management::{Keyring, Store};
use std::{error::Error, sync::Arc, thread, time::Instant};
use verification::{Call, Pepper, Route, SystemClock};

// The server's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Calls of each thread.
const CALLS: usize = 2_000_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(pairs), Ok(pepper)) = (
        arguments.next(),
        arguments.next(),
        std::env::var("LATCHKEY_PEPPER"),
    ) else {
        return Err("usage: LATCHKEY_PEPPER=… verify DATABASE_URL PAIRS_FILE [THREADS]".into());
    };
    let threads = arguments.next().map_or(Ok(1), |n| n.parse())?;
    let pairs = std::fs::read_to_string(pairs)?;
    let pairs: Vec<_> = pairs
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect();
    let store = Store::open(&url).await?;
    let before = resident()?;
    let began = Instant::now();
    let clock = Arc::new(SystemClock::default());
    let keyring = Keyring::open(store, Pepper::parse_base64(&pepper)?, clock).await?;
    let loaded = began.elapsed().as_secs_f64() * 1_000.0;
    let (keyring, pairs) = (&keyring, pairs.as_slice());
    let bytes = (resident()? - before) / pairs.len().max(1);
    for wrong in [false, true] {
        let began = Instant::now();
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|first| scope.spawn(move || decide(keyring, pairs, first, wrong)))
                .collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().map_err(|_| "a thread panicked".to_owned())?)
        })?;
        #[expect(clippy::cast_precision_loss, reason = "some millions are exact")]
        let nanoseconds = began.elapsed().as_secs_f64() * 1e9 / (CALLS * threads) as f64;
        let what = if wrong { "wrong" } else { "right" };
        println!(
            "{what}: {nanoseconds:.0} ns a call, {} keys, loaded in {loaded:.0} ms, {bytes} bytes a key",
            pairs.len()
        );
    }
    Ok(())
}

/// Decides about [`CALLS`] calls.
fn decide(
    keyring: &Keyring,
    pairs: &[(&str, &str)],
    first: usize,
    wrong: bool,
) -> Result<(), String> {
    for n in first..first + CALLS {
        // A large odd stride meets all keys, and no two neighbours one after the other.
        let (key, secret) = pairs[n.wrapping_mul(7_368_787) % pairs.len()];
        let secret = if wrong {
            pairs[(n.wrapping_mul(7_368_787) + 1) % pairs.len()].1
        } else {
            secret
        };
        let decision = keyring.verify(&Call {
            key,
            secret,
            address: Some([10, 0, 0, 1].into()),
            scopes: ScopeSet::default(),
            user_agent: "bench/1",
            route: Route {
                method: "GET",
                path: "/v1/whoami",
            },
            within: None,
            request_id: "00000000000000000000000000000000",
            browser: false,
        });
        if wrong == (decision.verdict == Verdict::Accepted) && pairs.len() > 1 {
            return Err(format!("answered {:?}", decision.verdict));
        }
    }
    Ok(())
}

/// Bytes of memory that this process has.
fn resident() -> Result<usize, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages: usize = text.split(' ').nth(1).ok_or("no figure")?.parse()?;
    Ok(pages * 4_096)
}
