//! Codes of authenticator apps (TOTP, RFC 6238): SHA-1, six digits, a new one every 30 seconds.

use domain::time::{SECOND, Timestamp};
use totp_rs::{Algorithm, Builder, Secret, Totp};

/// The length of a secret in bytes: that of the digest (RFC 4226, 4).
pub(super) const SECRET_BYTES: usize = 20;
/// Seconds for which a code is current.
const STEP: u64 = 30;
/// Steps that a clock may differ, each way.
const SKEW: u16 = 1;
const DIGITS: u8 = 6;

fn totp(secret: &[u8; SECRET_BYTES]) -> Totp {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(SKEW)
        .with_step_duration(STEP)
        .with_secret(Secret::new_stack(*secret))
        .build()
        .expect("the values are those of the RFC")
}

/// Returns whole seconds since 1970.
fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.0.div_euclid(SECOND)).unwrap_or_default()
}

/// Returns the code at an instant.
pub(super) fn code_at(secret: &[u8; SECRET_BYTES], now: Timestamp) -> String {
    totp(secret).generate(seconds(now)).to_string()
}

/// Checks a code: returns the time step of one that is current within the skew and later than `last_step`; `None` for any other.
pub(super) fn check_code(
    secret: &[u8; SECRET_BYTES],
    code: &str,
    now: Timestamp,
    last_step: i64,
) -> Option<i64> {
    let step = totp(secret).check(code, seconds(now))?;
    i64::try_from(step).ok().filter(|step| *step > last_step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed of RFC 6238, appendix B, for SHA-1.
    const SEED: &[u8; SECRET_BYTES] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // The last six digits of the eight in the RFC.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = Timestamp(seconds * SECOND);
            assert_eq!(code_at(SEED, at), code, "{seconds}");
            let step = check_code(SEED, code, at, 0);
            assert_eq!(step, Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_clock_may_be_30_seconds_off_and_not_60() {
        let now = Timestamp(1_234_567_890 * SECOND);
        for (seconds, accepted) in [
            (-60, false),
            (-30, true),
            (0, true),
            (30, true),
            (60, false),
        ] {
            let code = code_at(SEED, now.plus(seconds * SECOND));
            let found = check_code(SEED, &code, now, 0);
            assert_eq!(found.is_some(), accepted, "{seconds} s");
        }
    }

    #[test]
    fn a_code_of_the_last_used_step_or_an_earlier_one_matches_nothing() {
        let now = Timestamp(1_234_567_890 * SECOND);
        let current = now.0 / 30_000;
        let code = code_at(SEED, now);
        assert_eq!(check_code(SEED, &code, now, current - 1), Some(current));
        assert_eq!(check_code(SEED, &code, now, current), None);
        assert_eq!(check_code(SEED, &code, now, current + 1), None);
        for wrong in ["", "000000", "05924", "0005924"] {
            assert_eq!(check_code(SEED, wrong, now, 0), None, "{wrong}");
        }
    }
}
