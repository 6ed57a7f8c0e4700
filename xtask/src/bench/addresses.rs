//! Compares sign-ins with a wrong password between addresses that have a person and addresses that have none: neither the time nor the
//! body of the response may tell them apart.

use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::{
    bench::server::RunningServer,
    http_client::{Client, Response},
    step::{info, step},
};

/// Servers that are measured one after the other, because at 3,600 failures an hour a server throttles all unknown browsers.
const SERVERS: usize = 2;
/// Addresses of each kind. Each is tried [`ATTEMPTS`] times: at twenty failures an hour it would be throttled.
const ADDRESSES: usize = 70;
const ATTEMPTS: usize = 15;
/// Attempts at the beginning of each server that are not measured.
const WARM_UP: usize = ADDRESSES / 2;
/// The goal for the difference of the medians, in milliseconds.
const MAX_DIFFERENCE: f64 = 2.0;
/// The factor of the critical value at a significance of 1 %: the root of half the logarithm of 2 / 0.01.
const AT_ONE_PERCENT: f64 = 1.627_6;

/// The times of sign-ins: with addresses that have a person, and with others.
type Times = [Vec<Duration>; 2];

/// Measures, prints the results, and fails if the medians differ by more than the goal, or the distributions by more than they do by
/// chance once in a hundred runs.
pub fn measure() -> Result<()> {
    let mut times = Times::default();
    for _ in 0..SERVERS {
        sign_in_at_a_new_server(&mut times)?;
    }
    let [known, unknown] = &mut times;
    known.sort_unstable();
    unknown.sort_unstable();
    let (found, critical) = (distance(known, unknown), critical_value(known, unknown));
    let medians = (median(known), median(unknown));
    info(&format!(
        "  {} wrong sign-ins each: p50 {:.2} ms with a known address, {:.2} ms with an unknown one; Kolmogorov–Smirnov {found:.3}, critical at 1 % {critical:.3}",
        known.len(),
        medians.0,
        medians.1,
    ));
    ensure!(
        found <= critical && (medians.0 - medians.1).abs() < MAX_DIFFERENCE,
        "the time of a sign-in tells whether the address has a person"
    );
    Ok(())
}

/// Adds the times at a server of its own, and fails if two bodies differ.
fn sign_in_at_a_new_server(times: &mut Times) -> Result<()> {
    let emails = |name: &str| -> Vec<String> {
        (0..ADDRESSES)
            .map(|number| format!("{name}{number:03}@example.com"))
            .collect()
    };
    let (known, unknown) = (emails("known"), emails("other"));
    let server = step(&format!("{ADDRESSES} people, behind a proxy"), || {
        RunningServer::with_viewers(&known, "127.0.0.1")
    })?;
    let mut client = Client::connect(server.address)?;
    let mut first_body = None;
    for number in 0..ADDRESSES * ATTEMPTS {
        // In turn, and each kind first as often as the other.
        for kind in [number % 2, 1 - number % 2] {
            let email = &[&known, &unknown][kind][number % ADDRESSES];
            let answer = attempt(&mut client, email, 2 * number + kind)?;
            if number >= WARM_UP {
                times[kind].push(answer.first_byte);
            }
            let expected = first_body.get_or_insert_with(|| answer.body.clone());
            ensure!(
                answer.body == *expected,
                "the body of the response to {email} differs"
            );
        }
    }
    Ok(())
}

/// Signs in with a wrong password, from an address of its own.
fn attempt(client: &mut Client, email: &str, number: usize) -> Result<Response> {
    let (a, b) = (number / 250, number % 250 + 1);
    let headers = format!("accept: application/json\r\nx-forwarded-for: 10.0.{a}.{b}\r\n");
    let email = email.replace('@', "%40");
    let form = format!("email={email}&password=wrong-password-1");
    let answer = client.send("POST", "/api/sign_in", &headers, &form)?;
    if answer.status != 422 {
        bail!("a sign-in returned status {}", answer.status);
    }
    Ok(answer)
}

/// The median of a sorted sample, in milliseconds.
fn median(sorted: &[Duration]) -> f64 {
    sorted[sorted.len() / 2].as_secs_f64() * 1e3
}

/// The two-sample Kolmogorov–Smirnov statistic of sorted samples: the largest distance between their distributions, from 0 to 1.
fn distance(one: &[Duration], other: &[Duration]) -> f64 {
    one.iter()
        .chain(other)
        .map(|time| (share(one, *time) - share(other, *time)).abs())
        .fold(0.0, f64::max)
}

/// The share of a sorted sample that is at most `time`.
#[expect(clippy::cast_precision_loss, reason = "some thousands")]
fn share(sorted: &[Duration], time: Duration) -> f64 {
    sorted.partition_point(|one| *one <= time) as f64 / sorted.len() as f64
}

/// Returns the value that the statistic exceeds once in a hundred times for two samples of the same distribution.
#[expect(clippy::cast_precision_loss, reason = "some thousands")]
fn critical_value(one: &[Duration], other: &[Duration]) -> f64 {
    let (one, other) = (one.len() as f64, other.len() as f64);
    AT_ONE_PERCENT * ((one + other) / (one * other)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::{critical_value, distance};
    use std::time::Duration;

    fn sample(times: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        times.into_iter().map(Duration::from_micros).collect()
    }

    fn is_near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-3
    }

    #[test]
    fn the_distance_is_the_largest_one_between_the_distributions() {
        let one = sample(1..=4);
        for (other, expected) in [
            (sample(1..=4), 0.0),
            (sample(5..=8), 1.0),
            (sample([1, 2, 5, 6]), 0.5),
            (sample([2, 2, 2, 2, 2, 2, 2, 2]), 0.5),
            (sample([0, 1, 2, 3]), 0.25),
        ] {
            let found = (distance(&one, &other), distance(&other, &one));
            assert!(is_near(found.0, expected), "{other:?}: {found:?}");
            assert!(is_near(found.1, expected), "{other:?}: {found:?}");
        }
    }

    #[test]
    fn the_critical_value_falls_with_the_sizes_of_the_samples() {
        let sizes = |one, other| critical_value(&sample(0..one), &sample(0..other));
        assert!(is_near(sizes(1_000, 1_000), 0.0728));
        assert!(is_near(sizes(100, 400), 0.1820));
    }

    #[test]
    fn a_shift_by_a_tenth_is_found_in_large_samples_only() {
        let (one, shifted) = (sample(0..1_000), sample(100..1_100));
        assert!(distance(&one, &shifted) > critical_value(&one, &shifted));
        let (one, shifted) = (sample(0..100), sample(10..110));
        assert!(distance(&one, &shifted) < critical_value(&one, &shifted));
    }
}
