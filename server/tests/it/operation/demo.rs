//! The demo's account.

use domain::{
    account::Role,
    decision::DecisionFilter,
    key::filter::KeyQuery,
    origin::Origin,
    security::{EventFilter, EventKind},
    usage::{ChartRange, Window, breakdown::Dimension},
    verdict::Verdict,
};
use management::{Admission, Store, Viewer};

/// Returns the demo's owner; the folder holds the database.
async fn demo() -> (tempfile::TempDir, Viewer) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/demo.db", folder.path().display());
    let store = Store::open(&url).await.expect("opens");
    let (keyring, password) = server::demo::fill(store).await.expect("filled");
    let origin = Origin::default();
    let signed_in = keyring
        .sign_in()
        .with_password("owner@northwind.example", &password, None, &origin)
        .await;
    let Ok(Some(Admission::Session(signed_in))) = signed_in else {
        panic!("the printed password does not work");
    };
    let session = keyring
        .sessions()
        .find(&signed_in.token)
        .await
        .expect("a database");
    let session = session.expect("a session");
    let app = session.applications().await.expect("a database")[0].clone();
    assert_eq!(
        (app.account_name.as_str(), app.name.as_str()),
        ("Northwind Trading", "Storefront")
    );
    let viewer = session.viewer(app.id, origin).await.expect("a viewer");
    assert_eq!(viewer.identity().role, Role::Owner);
    (folder, viewer)
}

#[tokio::test]
async fn the_demo_has_keys_of_every_kind_and_30_days_of_usage() {
    let (_folder, viewer) = demo().await;
    let page = viewer.keys(&KeyQuery::default()).await.expect("keys");
    assert_eq!(page.rows.len(), 14);
    let now = viewer.now();
    for status in ["active", "inactive", "expired", "revoked"] {
        assert!(
            page.rows.iter().any(|key| key.state.as_str() == status),
            "{status}"
        );
    }
    for badge in [
        "Retiring",
        "Expires soon",
        "Never used",
        "Unused for 90 days",
        "Secret not saved",
    ] {
        let shown = |key: &domain::key::KeySummary| {
            key.badges(now).iter().any(|shown| shown.label() == badge)
        };
        assert!(page.rows.iter().any(shown), "{badge}");
    }
    let old = page
        .rows
        .iter()
        .find(|key| key.replaced_by.is_some() && key.name.as_str() == "Receipt mailer");
    let old = old.expect("a retiring key").id;
    let rotation = viewer
        .open_key(old)
        .await
        .expect("the key")
        .rotation()
        .await
        .expect("read")
        .expect("one");
    assert!(rotation.old.accepted > 0 && rotation.new.accepted > 0);
    let told_apart = viewer
        .open_key(old)
        .await
        .expect("the key")
        .usage()
        .breakdown(ChartRange::of(Window::Month, viewer.now()))
        .await
        .expect("read");
    assert!(
        told_apart
            .shares
            .iter()
            .all(|shares| !shares.top.is_empty())
    );
    // The failed deployment and the leaked key.
    let all = viewer
        .usage()
        .await
        .breakdown(ChartRange::of(Window::Week, now))
        .await;
    let codes = all.expect("read");
    let codes = codes.of(Dimension::Refusal).expect("there");
    for code in [
        "insufficient_scope",
        "invalid_credentials",
        "ip_not_allowed",
    ] {
        assert!(codes.top.iter().any(|share| share.value == code), "{code}");
    }
    let week = ChartRange::of(Window::Week, now);
    let usage = viewer.usage().await.bars(week).await.expect("read");
    let failing = usage.bars.iter().filter(|bar| {
        let reported = bar.reported;
        // A night has too few calls for a rate.
        reported.calls >= 100 && reported.server_errors * 20 > reported.calls
    });
    // Four hours in bars of two: the first and the last may be partly affected.
    assert!((1..=3).contains(&failing.count()));
    let sight = viewer.key_highlights().await.expect("read");
    assert!(sight.busiest.len() == 5 && sight.attention.len() == 4);
    let leaked = sight.refused.first().expect("a key that leaked");
    assert_eq!(leaked.name.as_str(), "Accounting sync");
    for window in [Window::Hour, Window::Day, Window::Week, Window::Month] {
        let usage = viewer.usage().await.series(window).await.expect("usage");
        let filled = usage
            .buckets
            .iter()
            .filter(|bucket| bucket.total() > 0)
            .count();
        // Some minutes of a night have no call.
        let enough = match window {
            Window::Hour => 1,
            _ => usage.buckets.len() * 9 / 10,
        };
        assert!(filled >= enough, "{window:?}: {filled}");
    }
}

#[tokio::test]
async fn the_demo_has_security_events_of_every_kind() {
    let (_folder, viewer) = demo().await;
    // The demo has no authenticator that could be copied.
    let kinds = EventKind::ALL.into_iter();
    for kind in kinds.filter(|kind| *kind != EventKind::PasskeyCopied) {
        let filter = EventFilter {
            kind: Some(kind),
            ..EventFilter::default()
        };
        let page = viewer.security_events(&filter, None).await.expect("read");
        assert!(!page.rows.is_empty(), "{kind:?}");
    }
    let all = viewer.security_events(&EventFilter::default(), None).await;
    let all = all.expect("read");
    // About one page of events.
    assert!(all.next.is_none());
    let lines: Vec<_> = all.rows.iter().map(|row| (row.kind, row.calls)).collect();
    assert!(all.rows.len() <= 40, "{lines:?}");
}

#[tokio::test]
async fn the_demo_has_recent_calls_and_each_can_be_opened() {
    let (_folder, viewer) = demo().await;
    let calls = viewer
        .requests(DecisionFilter::default(), None)
        .await
        .expect("read")
        .rows;
    for verdict in [
        Verdict::Accepted,
        Verdict::InvalidCredentials,
        Verdict::IpNotAllowed,
        Verdict::InsufficientScope,
    ] {
        let call = calls.iter().find(|call| call.verdict == verdict);
        let call = call.expect("one of each");
        let opened = viewer.request(&call.request_id).await.expect("opened");
        assert_eq!(opened[0].decided, *call);
    }
}
