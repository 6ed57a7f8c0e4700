//! A histogram of durations.

use super::text::MetricsText;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The upper bounds of the buckets, in nanoseconds and as text in seconds. A decision takes about a microsecond.
const BOUNDS: [(u64, &str); 11] = [
    (500, "0.0000005"),
    (1_000, "0.000001"),
    (2_000, "0.000002"),
    (5_000, "0.000005"),
    (10_000, "0.00001"),
    (20_000, "0.00002"),
    (50_000, "0.00005"),
    (100_000, "0.0001"),
    (1_000_000, "0.001"),
    (10_000_000, "0.01"),
    (100_000_000, "0.1"),
];

/// A histogram of durations. Recording one takes two atomic additions.
#[derive(Default)]
pub struct DurationHistogram {
    /// One bucket for each bound, and one for longer durations.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl DurationHistogram {
    pub fn record(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| bound.0 < nanoseconds);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub fn write(&self, text: &mut MetricsText, name: &str, help: &str) {
        text.histogram(name, help);
        let mut sum = 0;
        let bounds = BOUNDS.iter().map(|bound| bound.1).chain(["+Inf"]);
        for (bound, bucket) in bounds.zip(&self.buckets) {
            sum += bucket.load(Ordering::Relaxed);
            text.suffixed_sample("_bucket", &[("le", bound)], sum);
        }
        let nanoseconds = self.nanoseconds.load(Ordering::Relaxed);
        let (whole, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
        text.suffixed_sample("_sum", &[], format_args!("{whole}.{rest:09}"));
        text.suffixed_sample("_count", &[], sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_in_every_bucket_whose_bound_it_does_not_exceed() {
        let histogram = DurationHistogram::default();
        for nanoseconds in [0, 500, 501, 1_000, 3_000_000_000] {
            histogram.record(Duration::from_nanos(nanoseconds));
        }
        let mut text = MetricsText::default();
        histogram.write(&mut text, "took", "How long.");
        let text = String::from(text);
        for line in [
            "# TYPE took histogram",
            "took_bucket{le=\"0.0000005\"} 2",
            "took_bucket{le=\"0.000001\"} 4",
            "took_bucket{le=\"0.1\"} 4",
            "took_bucket{le=\"+Inf\"} 5",
            "took_sum 3.000002001",
            "took_count 5",
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
    }
}
