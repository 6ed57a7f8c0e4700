//! Pages and filters of the audit log.

use super::{account_with_log, changed};
use crate::keys::{AccountFixture, NOW};
use domain::{
    audit::{Action, AuditCursor, AuditFilter},
    time::Timestamp,
};
use testing::{TestDatabase, each_database};

each_database!(the_log_is_read_page_by_page_in_both_directions);
async fn the_log_is_read_page_by_page_in_both_directions(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let events: Vec<_> = (4..=130).map(|n| changed(&fixture, n)).collect();
    fixture
        .store
        .append_audit_events(&events)
        .await
        .expect("written");
    let all = AuditFilter::default();
    let page = |cursor| fixture.store.audit_page(fixture.account, &all, cursor);
    let first = page(None).await.expect("read");
    assert_eq!((first.rows.len(), first.rows[0].seq), (50, 130));
    assert!(first.previous.is_none());
    let mut seen: Vec<i64> = first.rows.iter().map(|record| record.seq).collect();
    let mut cursor = first.next;
    let mut pages = vec![first.clone()];
    while cursor.is_some() {
        let next = page(cursor).await.expect("read");
        seen.extend(next.rows.iter().map(|record| record.seq));
        cursor = next.next;
        pages.push(next);
    }
    assert_eq!(seen, (1..=130).rev().collect::<Vec<_>>());
    let back = page(pages[1].previous).await.expect("read");
    assert_eq!((&back.rows, back.previous), (&first.rows, None));
    assert_eq!(back.next, first.next);
}

each_database!(the_log_is_filtered_by_action_actor_target_and_time);
async fn the_log_is_filtered_by_action_actor_target_and_time(database: TestDatabase) {
    let fixture = account_with_log(&database, 1).await;
    let other = account_with_log(&database, 2).await;
    let found = async |filter: AuditFilter| {
        let page = fixture
            .store
            .audit_page(fixture.account, &filter, None)
            .await;
        let page: Vec<i64> = page.expect("read").rows.iter().map(|one| one.seq).collect();
        let lines = fixture
            .store
            .audit_lines(fixture.account, &filter, 0, 99)
            .await;
        let mut file: Vec<i64> = lines.expect("read").iter().map(|line| line.seq).collect();
        file.reverse();
        assert_eq!(page, file, "the page and the file agree");
        page
    };
    let everything = AuditFilter::default;
    let on = |target: &str| AuditFilter {
        target: target.into(),
        ..everything()
    };
    let of = |actor: &str| AuditFilter {
        actor: actor.into(),
        ..everything()
    };
    assert_eq!(found(on("key 5")).await, [5]);
    assert_eq!(found(on("key")).await, [0; 0]);
    assert_eq!(found(of("Latchkey")).await, [3, 2, 1]);
    assert_eq!(found(of("owner@example.com")).await, [8, 7, 6, 5, 4]);
    let made = AuditFilter {
        action: Some(Action::ApplicationCreated),
        ..everything()
    };
    assert_eq!(found(made).await, [2]);
    let early = AuditFilter {
        until: Some(NOW.plus(2)),
        from: Some(NOW.plus(1)),
        ..everything()
    };
    assert_eq!(found(early).await, [5, 4]);
    let both = AuditFilter {
        until: Some(NOW.plus(2)),
        ..of("owner@example.com")
    };
    assert_eq!(found(both).await, [5, 4]);
    let beyond = AuditCursor {
        at: Timestamp(i64::MIN),
        seq: 0,
        back: false,
    };
    let none = other
        .store
        .audit_page(other.account, &everything(), Some(beyond))
        .await;
    assert!(none.expect("read").rows.is_empty());
}
