//! Bars and where they stand: from the left in percent of the picture's width, from the top in pixels of its height. So a
//! picture fits any width, and its words keep their size.

use super::{scale, stack::Stack};
use domain::usage::{chart::ChartMarker as Change, local::ZoneOffsets};

/// The picture's width, in percent.
const WIDTH: f64 = 100.0;
/// The picture's height, in pixels.
pub const HEIGHT: f64 = 180.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 22.0;

/// A rectangle.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its layer's name in the style sheet.
    pub series: &'static str,
    /// Whether it is hatched.
    pub hatched: bool,
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Whether its time is not over.
    pub running: bool,
}

/// Something that was changed, as a line from the top to the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// From the left.
    pub x: f64,
    /// A change and its time.
    pub label: String,
}

/// A word at an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// The word.
    pub text: String,
    /// Whether a narrow screen may leave it out.
    pub minor: bool,
}

/// A chart, laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Stacked bars; those of height zero are left out.
    pub bars: Vec<Bar>,
    /// Numbers beside horizontal lines.
    pub rows: Vec<Mark>,
    /// Times beneath the bars.
    pub columns: Vec<Mark>,
    /// Changes, the oldest first.
    pub ticks: Vec<Tick>,
    /// What each bar says, those of height zero too.
    pub labels: Vec<String>,
    /// The width of a bar.
    pub step: f64,
    /// Where the bars stand.
    pub floor: f64,
}

/// Lays a stack out, with times as the clocks of a zone show them.
pub fn plot(stack: &Stack, local: &ZoneOffsets, changes: &[Change]) -> Plot {
    let highest = stack.bars.iter().map(|bar| bar.iter().sum()).max();
    let highest: i64 = highest.unwrap_or_default();
    let ticks = scale::ticks(highest);
    let top = real(ticks.last().copied().unwrap_or(1));
    let floor = HEIGHT - BOTTOM;
    let height = |count: i64| real(count) / top * (floor - TOP);
    let step = WIDTH / real(count(stack));
    let place = |n: i64| real(n) * step;

    let (mut bars, mut labels) = (Vec::new(), Vec::new());
    for (n, (at, calls)) in (0..).zip(stack.times()) {
        let label = format!(
            "{}: {}",
            local.readable(at),
            stack.said(calls, i64::to_string)
        );
        let mut y = floor;
        for (layer, &calls) in stack.layers.iter().zip(calls) {
            if calls > 0 {
                let tall = height(calls);
                y -= tall;
                bars.push(Bar {
                    series: layer.series,
                    hatched: layer.hatched,
                    x: place(n),
                    y,
                    width: step,
                    height: tall,
                    running: stack
                        .running
                        .is_some_and(|running| Ok(running) == usize::try_from(n)),
                });
            }
        }
        labels.push(label);
    }
    let rows = ticks
        .iter()
        .map(|tick| Mark {
            x: 0.0,
            y: floor - height(*tick),
            text: scale::short(*tick),
            minor: false,
        })
        .collect();
    let columns = columns(stack, local, place, step);
    let ticks = changes
        .iter()
        .filter_map(|change| {
            let place = i64::try_from(stack.range.bar_index(change.at)?).ok()?;
            Some(Tick {
                x: real(place) * step + step / 2.0,
                label: said(change, local),
            })
        })
        .collect();
    Plot {
        bars,
        rows,
        columns,
        ticks,
        labels,
        step,
        floor,
    }
}

/// `23 Nov 2026, 15:05: regenerated the secret`.
pub fn said(change: &Change, local: &ZoneOffsets) -> String {
    format!(
        "{}: {}",
        local.readable(change.at),
        change.action.phrase_without_target()
    )
}

/// Six words beneath the bars, every other one for wide screens only.
fn columns(stack: &Stack, local: &ZoneOffsets, place: impl Fn(i64) -> f64, step: f64) -> Vec<Mark> {
    let range = stack.range;
    let length = range.end().since(range.start);
    let every = (count(stack) / 6).max(1);
    (0_i64..)
        .zip(stack.times())
        .filter(|(n, _)| (n - every / 2).rem_euclid(every) == 0)
        .map(|(n, (at, _))| Mark {
            x: place(n) + step / 2.0,
            y: HEIGHT - 6.0,
            text: scale::moment(length, local.to_local(at)),
            minor: (n / every) % 2 == 1,
        })
        .collect()
}

fn count(stack: &Stack) -> i64 {
    i64::try_from(stack.bars.len()).unwrap_or(i64::MAX).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "a pixel forgives it")]
const fn real(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        audit::Action,
        time::Timestamp,
        usage::{ChartRange, Outcome, Series, Window},
    };

    #[test]
    fn bars_stand_on_the_floor_and_stay_in_the_picture() {
        let now = Timestamp(1_795_442_709_123);
        let counts = [
            (now, Outcome::Accepted, 30),
            (now, Outcome::Refused, 10),
            (now.plus(-3_600_000), Outcome::RateLimited, 4),
        ];
        let changes = [-3_600_000, -3_600_000_000].map(|ago| Change {
            at: now.plus(ago),
            action: Action::KeyRegenerated,
        });
        let series = Series::fill_gaps(ChartRange::of(Window::Day, now), now, counts);
        let plot = plot(&Stack::of_calls(&series), &ZoneOffsets::utc(), &changes);
        assert_eq!(plot.bars.len(), 3);
        let running = plot.bars.iter().filter(|bar| bar.running);
        assert!(running.count() == 2 && !plot.bars[0].running);
        // What was changed before the chart begins is not in it.
        let [tick] = &plot.ticks[..] else {
            panic!("{:?}", plot.ticks);
        };
        assert_eq!(tick.label, "23 Nov 2026, 13:05: regenerated the secret");
        let bar = &plot.bars[0];
        assert!(tick.x > bar.x && tick.x < bar.x + bar.width);
        for bar in &plot.bars {
            assert!(bar.y >= TOP - 0.01 && bar.y + bar.height <= HEIGHT - BOTTOM + 0.01);
            assert!(bar.x >= 0.0 && bar.x + bar.width <= WIDTH + 0.01);
        }
        assert_eq!(plot.columns.len(), 6);
        assert_eq!(plot.labels.len(), series.buckets.len());
    }

    #[test]
    fn a_chart_without_calls_has_no_bars() {
        let empty = Series::fill_gaps(ChartRange::of(Window::Hour, Timestamp(0)), Timestamp(0), []);
        let plot = plot(&Stack::of_calls(&empty), &ZoneOffsets::utc(), &[]);
        assert!(plot.bars.is_empty());
    }
}
