//! An application at a glance.

use super::{Here, loaded, query};
use crate::{
    context,
    part::{
        key_list::KeyHighlights,
        security::OpenEventsNotice,
        usage::{UsageFigures, UsageSection},
    },
    routes::{self, UsageAddress},
    words::overview as words,
};
use domain::{
    time::HOUR,
    usage::{ChartRange, Level},
};
use leptos::prelude::*;

/// The figures, a chart with one breakdown, and beside them the keys that need attention and the busiest ones.
#[component]
pub fn Overview() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let address = query(UsageAddress::read);
    let title = here.tab_title(words::TITLE);
    let events = here.open_events;
    let events_path = routes::security_events(&app);
    let content = loaded(async move {
        let usage = here.viewer.usage().await;
        let chart = usage.chart(context::chart_query(&address)).await?;
        let breakdown = usage.breakdown(chart.series.range).await?;
        let before = match period_before(chart.series.range) {
            Some(range) => Some(usage.total(range).await?),
            None => None,
        };
        let keys = here.viewer.key_highlights().await?;
        Ok(view! {
            <UsageFigures chart=chart.clone() breakdown=breakdown.clone() before />
            <div class="usage-columns">
                <UsageSection app=app.clone() key=None chart breakdown address />
                <div class="usage-aside">
                    <KeyHighlights app keys />
                </div>
            </div>
        })
    });
    view! {
        {title}
        <div class="overview">
            <div class="page-head">
                <h1 tabindex="-1">{words::TITLE}</h1>
            </div>
            <OpenEventsNotice events path=events_path />
            {content}
        </div>
    }
}

/// The period before a window, as one bar; `None` for a range of days.
fn period_before(range: ChartRange) -> Option<ChartRange> {
    range.window?;
    let length = range.end().since(range.start);
    let level = if length > HOUR {
        // Minutes may be pruned after 25 hours.
        range.level.max(Level::Hour)
    } else {
        range.level
    };
    Some(ChartRange {
        window: None,
        start: range.start.floor(level.ms()).plus(-length),
        span: length,
        bars: 1,
        level,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        time::{DAY, Timestamp},
        usage::Window,
    };

    #[test]
    fn a_window_is_compared_with_the_period_before_it() {
        let now = Timestamp(20_000 * DAY + 14 * HOUR + 5);
        for (window, level) in [
            (Window::Hour, Level::Minute),
            (Window::Day, Level::Hour),
            (Window::Week, Level::Hour),
            (Window::Quarter, Level::Day),
        ] {
            let range = ChartRange::of(window, now);
            let before = period_before(range).expect("a window");
            assert_eq!(before.level, level);
            let length = range.end().since(range.start);
            assert_eq!(before.end().since(before.start), length);
            let gap = range.start.since(before.end());
            assert!((0..level.ms()).contains(&gap), "{gap}");
        }
        let days = ChartRange {
            window: None,
            ..ChartRange::of(Window::Week, now)
        };
        assert_eq!(period_before(days), None);
    }
}
