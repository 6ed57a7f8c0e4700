//! Bars of a chart, in layers.

use crate::words::{rotate, usage as words};
use domain::{
    time::Timestamp,
    usage::{ChartRange, Series, reported::StatusCounts},
};

/// One of the parts of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name in the style sheet.
    pub series: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Whether it is hatched, for those who cannot tell the hues apart.
    pub hatched: bool,
}

const CALLS: &[Layer] = &[
    layer("accepted", words::ACCEPTED, false),
    layer("refused", words::REFUSED, true),
    layer("limited", words::LIMITED, false),
];

const ANSWERS: &[Layer] = &[
    layer("succeeded", words::SUCCEEDED, false),
    layer("client-errors", words::FAILED_4XX, false),
    layer("server-errors", words::FAILED_5XX, true),
];

const SECRETS: &[Layer] = &[
    layer("new", rotate::WITH_NEW, false),
    layer("old", rotate::WITH_OLD, true),
];

const fn layer(series: &'static str, label: &'static str, hatched: bool) -> Layer {
    Layer {
        series,
        label,
        hatched,
    }
}

/// Bars over time, the oldest first, each in layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// The range that it covers.
    pub range: ChartRange,
    /// The bar that is still being counted.
    pub running: Option<usize>,
    /// The layers, from the axis upwards.
    pub layers: &'static [Layer],
    /// How many of each.
    pub bars: Vec<Vec<i64>>,
}

impl Stack {
    /// Returns the calls by outcome.
    pub fn of_calls(series: &Series) -> Self {
        let bars = series.buckets.iter();
        Self {
            range: series.range,
            running: series.running,
            layers: CALLS,
            bars: bars
                .map(|calls| vec![calls.accepted, calls.refused, calls.rate_limited])
                .collect(),
        }
    }

    /// What services reported of those bars.
    pub fn of_answers(series: &Series, answers: &[StatusCounts]) -> Self {
        let bars = answers.iter();
        Self {
            range: series.range,
            running: series.running,
            layers: ANSWERS,
            bars: bars
                .map(|all| vec![all.succeeded, all.client_errors, all.server_errors])
                .collect(),
        }
    }

    /// Accepted calls with either of two secrets, over one range.
    pub fn of_secrets(old: &Series, new: &Series) -> Self {
        let bars = new.buckets.iter().zip(&old.buckets);
        Self {
            range: new.range,
            running: new.running,
            layers: SECRETS,
            bars: bars
                .map(|(new, old)| vec![new.accepted, old.accepted])
                .collect(),
        }
    }

    /// All bars in one.
    pub fn sum(&self) -> Vec<i64> {
        let mut sum = vec![0; self.layers.len()];
        for bar in &self.bars {
            for (sum, more) in sum.iter_mut().zip(bar) {
                *sum += more;
            }
        }
        sum
    }

    /// When each bar begins.
    pub fn times(&self) -> impl Iterator<Item = (Timestamp, &[i64])> + '_ {
        self.range.times().zip(self.bars.iter().map(Vec::as_slice))
    }

    /// `30 accepted, 10 denied, 4 rate limited`, with numbers as `number` writes them.
    pub fn said(&self, bar: &[i64], number: impl Fn(&i64) -> String) -> String {
        let parts = self.layers.iter().zip(bar);
        let parts = parts.map(|(layer, calls)| {
            let label = words::within_a_sentence(layer.label);
            format!("{} {label}", number(calls))
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::usage::{Outcome, Window};

    #[test]
    fn a_bar_says_what_its_layers_count() {
        let now = Timestamp(1_795_442_709_123);
        let series = Series::fill_gaps(ChartRange::of(Window::Day, now), now, []);
        let calls = Stack::of_calls(&series);
        let said = calls.said(&[30, 10, 4], i64::to_string);
        assert_eq!(said, "30 accepted, 10 denied, 4 rate limited");
        let one = StatusCounts {
            succeeded: 7,
            client_errors: 2,
            server_errors: 1,
        };
        let answers = Stack::of_answers(&series, &[one, one]);
        assert_eq!(answers.sum(), [14, 4, 2]);
        let said = answers.said(&answers.sum(), i64::to_string);
        assert_eq!(said, "14 succeeded, 4 failed with 4xx, 2 failed with 5xx");
        let used = Series::fill_gaps(series.range, now, [(now, Outcome::Accepted, 3)]);
        let secrets = Stack::of_secrets(&used, &series);
        let said = secrets.said(&secrets.sum(), i64::to_string);
        assert_eq!(said, "0 with the new secret, 3 with the old secret");
    }
}
