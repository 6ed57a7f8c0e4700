//! Sums of buckets and reported calls.

use domain::time::Timestamp;
use domain::usage::{
    Bucket, Outcome, Series,
    reported::{ReportedCalls, StatusCounts},
};

const FIRST: Bucket = Bucket {
    accepted: 1,
    refused: 20,
    rate_limited: 300,
};
const SECOND: Bucket = Bucket {
    accepted: 4_000,
    refused: 50_000,
    rate_limited: 600_000,
};

#[test]
fn buckets_are_added_by_outcome() {
    let both = Bucket {
        accepted: 4_001,
        refused: 50_020,
        rate_limited: 600_300,
    };
    assert_eq!(FIRST.plus(SECOND), both);
    assert_eq!(FIRST.total(), 321);
    let counts = Outcome::ALL.map(|outcome| FIRST.of(outcome));
    assert_eq!(counts, [1, 20, 300]);
    let mut counted = FIRST;
    counted.add(Outcome::Accepted, 4_000);
    counted.add(Outcome::Refused, 50_000);
    counted.add(Outcome::RateLimited, 600_000);
    assert_eq!(counted, both);
    let counts = [
        (Timestamp(0), Outcome::Accepted, 1),
        (Timestamp(9), Outcome::Accepted, 2),
        (Timestamp(9), Outcome::Refused, 7),
    ];
    let sum = Bucket {
        accepted: 3,
        refused: 7,
        rate_limited: 0,
    };
    assert_eq!(Series::total(counts), sum);
}

#[test]
fn reported_calls_are_summed_by_status_class_and_latency() {
    let [ok, missing, failed, slow] = [(200, 25), (404, 26), (500, 100), (204, 5_001)]
        .map(|(status, ms)| ReportedCalls::one(status, ms));
    assert_eq!(ok.within, [1, 0, 0, 0, 0]);
    assert_eq!(missing.within, [0, 1, 0, 0, 0]);
    assert_eq!(failed.within, [0, 1, 0, 0, 0]);
    assert_eq!(slow.within, [0; 5]);
    let all = ok.plus(missing).plus(failed).plus(slow);
    let expected = ReportedCalls {
        calls: 4,
        client_errors: 1,
        server_errors: 1,
        latency_ms: 5_152,
        within: [1, 2, 0, 0, 0],
    };
    assert_eq!(all, expected);
    let answers = StatusCounts {
        succeeded: 2,
        client_errors: 1,
        server_errors: 1,
    };
    assert_eq!(all.answers(), answers);
    assert_eq!(all.average_ms(), Some(1_288));
    assert_eq!(ReportedCalls::default().average_ms(), None);
    assert_eq!(all.percentile_ms(25), Some(25));
    assert_eq!(all.percentile_ms(26), Some(100));
    assert_eq!(all.percentile_ms(75), Some(100));
    assert_eq!(all.percentile_ms(76), None);
    assert_eq!(ReportedCalls::default().percentile_ms(50), None);
    for (status, client, server) in [(399, 0, 0), (400, 1, 0), (499, 1, 0), (500, 0, 1)] {
        let one = ReportedCalls::one(status, 0);
        assert_eq!((one.client_errors, one.server_errors), (client, server));
    }
}
