//! What a chart shows: its range, its zone, what was changed, and what services report.

use crate::test_keyring::{NOW, TestKeyring, draft, plain_call};
use domain::{
    audit::Action,
    key::issued::IssuedKey,
    origin::Origin,
    time::{DAY, HOUR, MINUTE},
    usage::{Window, overview::BusyKey},
};
use management::{ChartQuery, ManagementError, Zone};
use telemetry::{ReportedCall, Retention};
use testing::{TestDatabase, each_database};
use verification::Call;

each_database!(a_chart_has_marks_of_changes_and_reports_of_services);
async fn a_chart_has_marks_of_changes_and_reports_of_services(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let other = test.issue(&editor, draft()).await;
    test.clock.advance(2 * HOUR);
    let id = key.id.to_string();
    for (key, secret) in [(&id, &key.secret), (&other.id.to_string(), &other.secret)] {
        test.keyring.verify(&Call {
            scopes: "invoice:read".parse().expect("known"),
            user_agent: "test/1",
            ..plain_call(key, secret)
        });
    }
    let report = [(200, 0), (500, HOUR)].map(|(status, ago)| ReportedCall {
        key: &id,
        status,
        latency_ms: 20,
        at: Some(test.keyring.now().plus(-ago)),
    });
    let account = editor.application().account_id;
    test.keyring
        .telemetry()
        .report(account, None, report)
        .expect("taken");
    test.clock.advance(MINUTE);
    editor.confirm(key.id).await.expect("confirmed");
    editor.deactivate(key.id).await.expect("off");
    let chart = editor
        .open_key(key.id)
        .await
        .expect("the key")
        .usage()
        .chart(ChartQuery::default())
        .await;
    let chart = chart.expect("read");
    assert_eq!(chart.series.range.window, Some(Window::Day));
    assert_eq!(chart.series.sum().accepted, 1);
    assert_eq!((chart.reported.calls, chart.reported.server_errors), (2, 1));
    let marks: Vec<_> = chart
        .markers
        .iter()
        .map(|mark| (mark.at, mark.action))
        .collect();
    let expected = [
        (NOW, Action::KeyCreated),
        (NOW.plus(2 * HOUR + MINUTE), Action::KeyDeactivated),
    ];
    assert_eq!(marks, expected);
    let hour = ChartQuery {
        window: "1h",
        ..ChartQuery::default()
    };
    let hour = editor
        .open_key(key.id)
        .await
        .expect("the key")
        .usage()
        .chart(hour)
        .await
        .expect("read");
    assert_eq!(hour.markers.len(), 1, "the key was made before this hour");
    // The call an hour ago was before the first minute of the chart.
    assert_eq!((hour.reported.calls, hour.reported.server_errors), (1, 0));
    let all = editor
        .usage()
        .await
        .chart(ChartQuery::default())
        .await
        .expect("read");
    assert_eq!(all.series.sum().accepted, 2);
    assert_eq!(all.reported, chart.reported);
    let globex = test.editor("Globex").await;
    let foreign = globex.open_key(key.id).await.map(drop);
    assert!(matches!(foreign, Err(ManagementError::NotFound)));
}

each_database!(the_days_of_a_range_are_in_the_applications_zone_or_utc);
async fn the_days_of_a_range_are_in_the_applications_zone_or_utc(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = session
        .owner(app, Origin::default())
        .await
        .expect("owns it");
    let fresh = owner.fresh_owner().expect("signed in a moment ago");
    fresh
        .change_application("Shop".into(), Zone::parse("Asia/Kolkata").expect("known"))
        .await
        .expect("changed");
    let owner = session
        .owner(app, Origin::default())
        .await
        .expect("owns it");
    let day = NOW.plus(-5 * DAY).date_text();
    let asked = |zone| ChartQuery {
        from: &day,
        until: &day,
        zone,
        ..ChartQuery::default()
    };
    let local = owner.usage().await.chart(asked("")).await.expect("read");
    let range = local.series.range;
    assert_eq!(local.local.zone, "Asia/Kolkata");
    // The day begins half an hour into an hour of UTC: that hour is the first.
    assert_eq!(
        local.local.readable(range.start).split(", ").nth(1),
        Some("23:30")
    );
    assert_eq!((range.span, range.bars), (HOUR, 25));
    let utc = owner.usage().await.chart(asked("utc")).await.expect("read");
    assert_eq!(utc.local.zone, "UTC");
    assert_eq!(utc.series.range.start, NOW.plus(-5 * DAY).floor(DAY));
    assert_eq!(utc.series.range.bars, 24);
    // Stored days are those of UTC.
    let window = ChartQuery {
        window: "90d",
        ..ChartQuery::default()
    };
    let quarter = owner.usage().await.chart(window).await.expect("read");
    assert_eq!(quarter.local.zone, "UTC");
}

each_database!(a_window_is_not_compared_with_a_period_that_is_not_kept);
async fn a_window_is_not_compared_with_a_period_that_is_not_kept(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    // The shortest that the settings allow.
    test.keyring.telemetry().set_retention(Retention {
        minutes: 25 * HOUR,
        hours: 31 * DAY,
        days: 91 * DAY,
        ..Retention::default()
    });
    let editor = test.editor("Acme").await;
    for (window, before) in [
        ("1h", Some(0)),
        ("24h", Some(0)),
        ("7d", Some(0)),
        ("30d", None),
        ("90d", None),
    ] {
        let asked = ChartQuery {
            window,
            ..ChartQuery::default()
        };
        let chart = editor.usage().await.chart(asked).await.expect("read");
        assert_eq!(chart.before, before, "{window}");
    }
}

each_database!(an_invalid_range_is_explained_and_the_last_day_is_shown);
async fn an_invalid_range_is_explained_and_the_last_day_is_shown(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.keyring.telemetry().set_retention(Retention {
        days: 100 * DAY,
        ..Retention::default()
    });
    let editor = test.editor("Acme").await;
    for (from, until, why) in [
        ("2027-01-10", "2027-01-09", "before the start"),
        ("2027-01-10", "nonsense", "last day"),
        ("nonsense", "", "first day"),
        ("", "2027-01-10", "first day"),
        ("2020-01-01", "2020-02-01", "100 days"),
        ("9999-01-01", "", "before the start"),
        ("9999-01-01", "9999-12-31", "in the future"),
    ] {
        let asked = ChartQuery {
            from,
            until,
            ..ChartQuery::default()
        };
        let chart = editor.usage().await.chart(asked).await.expect("read");
        let problem = chart.problem.expect("a problem");
        assert!(problem.contains(why), "{from} to {until}: {problem}");
        assert_eq!(chart.series.range.window, Some(Window::Day));
    }
    let asked = ChartQuery {
        from: "1999-12-31",
        until: "2300-01-01",
        ..ChartQuery::default()
    };
    let chart = editor.usage().await.chart(asked).await.expect("read");
    assert_eq!(chart.problem, None);
    assert_eq!(chart.series.range.start, NOW.floor(DAY).plus(-100 * DAY));
}

each_database!(the_overview_lists_the_busiest_keys_and_those_that_need_attention);
async fn the_overview_lists_the_busiest_keys_and_those_that_need_attention(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let [busy, guessed, quiet] = [
        test.issue(&editor, draft()).await,
        test.issue(&editor, draft()).await,
        test.issue(&editor, draft()).await,
    ];
    let globex = test.editor("Globex").await;
    let foreign = test.issue(&globex, draft()).await;
    let call = |key: &IssuedKey, scope: &str, times: usize| {
        for _ in 0..times {
            test.keyring.verify(&Call {
                scopes: scope.parse().expect("known"),
                user_agent: "test/1",
                ..plain_call(&key.id.to_string(), &key.secret)
            });
        }
    };
    call(&foreign, "invoice:read", 90);
    // The day before yesterday is not in sight.
    call(&guessed, "invoice:read", 90);
    test.clock.advance(2 * DAY);
    call(&busy, "invoice:read", 30);
    call(&busy, "tax:read", 2);
    call(&guessed, "invoice:read", 5);
    call(&guessed, "tax:read", 20);
    let seen = editor.key_highlights().await.expect("read");
    assert_eq!(seen.since, NOW.plus(DAY).floor(DAY));
    let ids = |keys: &[BusyKey]| keys.iter().map(|key| key.id).collect::<Vec<_>>();
    assert_eq!(ids(&seen.busiest), [busy.id, guessed.id]);
    assert_eq!(seen.busiest[0].calls.accepted, 30);
    assert_eq!(ids(&seen.refused), [guessed.id]);
    assert_eq!(seen.refused[0].calls.refused, 20);
    let unused = seen
        .attention
        .iter()
        .find(|worth| worth.condition == "never-used");
    let unused = unused.expect("one");
    assert_eq!(
        unused.keys.iter().map(|key| key.id).collect::<Vec<_>>(),
        [quiet.id]
    );
    assert!(!unused.more);
    let other = globex.key_highlights().await.expect("read");
    assert!(other.busiest.is_empty() && other.refused.is_empty());
}

each_database!(of_unused_keys_the_newest_are_named);
async fn of_unused_keys_the_newest_are_named(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.insert(0, test.issue(&editor, draft()).await.id);
        test.clock.advance(MINUTE);
    }
    let named = async || {
        let seen = editor.key_highlights().await.expect("read");
        let mut all = seen.attention.into_iter();
        let unused = all.find(|worth| worth.condition == "never-used");
        let unused = unused.expect("some");
        let ids: Vec<_> = unused.keys.iter().map(|key| key.id).collect();
        (ids, unused.more)
    };
    assert_eq!(named().await, (made.clone(), false));
    for _ in 0..3 {
        made.insert(0, test.issue(&editor, draft()).await.id);
        test.clock.advance(MINUTE);
    }
    assert_eq!(named().await, (made[..3].to_vec(), true));
}
