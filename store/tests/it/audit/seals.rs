//! Seals of the audit log: a chain cannot be recomputed without the pepper.

use super::{
    account_with_log, bytes, changed, head, lines, literal, run, verify, without_triggers,
};
use crate::keys::{AccountFixture, NOW, seal_keys};
use domain::audit::{Action, AuditEvent};
use store::{AuditBreak, AuditDamage, Store};
use testing::{TestDatabase, each_database};

const fn at(seq: i64, damage: AuditDamage) -> AuditBreak {
    AuditBreak { seq, damage }
}

/// Forges the log with full access to the database: changes row 5, and recomputes all hashes from there on. With an
/// encoding, all rows from there on are rewritten in it, without seals.
async fn rewrite(
    database: &TestDatabase,
    fixture: &AccountFixture,
    from: i64,
    encoding: Option<i64>,
) {
    let account = literal(database, fixture.account.0);
    let mut hash = Vec::new();
    for mut line in lines(fixture).await {
        if line.seq < from {
            hash.clone_from(&line.hash);
            continue;
        }
        if line.seq == 5 {
            line.detail = "another story".into();
        }
        if let Some(encoding) = encoding {
            (line.encoding, line.seal, line.pepper) = (encoding, None, String::new());
        }
        let previous = if line.seq == 1 { vec![0; 32] } else { hash };
        line.hash = line.hash_after(&previous).expect("known").to_vec();
        let (seq, text) = (line.seq, bytes(database, &line.hash_text()));
        let unsealed = encoding.map_or(String::new(), |encoding| {
            format!(", encoding = {encoding}, seal = NULL, pepper = ''")
        });
        let head = encoding.map_or("", |_| ", audit_seal = NULL, audit_pepper = ''");
        let detail = &line.detail;
        let sql = format!(
            "UPDATE audit SET detail = '{detail}', hash = {text}{unsealed} WHERE account_id = {account} AND seq = {seq};
             UPDATE account SET audit_hash = {text}{head} WHERE id = {account}"
        );
        run(database, &sql).await;
        hash = line.hash;
    }
}

async fn write_one(fixture: &AccountFixture, n: i64) {
    let event = changed(fixture, n);
    fixture
        .store
        .append_audit_events(&[event])
        .await
        .expect("written");
}

fn sealed(fixture: &AccountFixture) -> impl Fn(domain::id::AccountId) -> AuditEvent {
    let event = fixture.event(Action::LogSealed, "", NOW);
    move |account_id| AuditEvent {
        account_id,
        ..event.clone()
    }
}

each_database!(a_recomputed_chain_has_no_genuine_seals);
async fn a_recomputed_chain_has_no_genuine_seals(database: TestDatabase) {
    without_triggers(&database).await;
    let fixture = account_with_log(&database, 1).await;
    assert_eq!(verify(&fixture).await, None);
    rewrite(&database, &fixture, 5, None).await;
    assert_eq!(verify(&fixture).await, Some(at(5, AuditDamage::ForgedSeal)));
    // Rows appended later do not cover it.
    write_one(&fixture, 9).await;
    assert_eq!(lines(&fixture).await[8].encoding, 2);
    assert_eq!(verify(&fixture).await, Some(at(5, AuditDamage::ForgedSeal)));
}

each_database!(a_sealed_log_with_its_seals_removed_is_found);
async fn a_sealed_log_with_its_seals_removed_is_found(database: TestDatabase) {
    without_triggers(&database).await;
    let [part, whole, other] = [
        account_with_log(&database, 1).await,
        account_with_log(&database, 2).await,
        account_with_log(&database, 3).await,
    ];
    rewrite(&database, &part, 5, Some(2)).await;
    assert_eq!(verify(&part).await, Some(at(5, AuditDamage::MissingSeal)));
    rewrite(&database, &whole, 1, Some(2)).await;
    assert_eq!(verify(&whole).await, Some(at(8, AuditDamage::UnknownSeal)));
    write_one(&whole, 9).await;
    assert_eq!(verify(&whole).await, Some(at(9, AuditDamage::UnknownSeal)));
    // Nor at the next start: another log has seals, so the database is not from before seals.
    let done = whole
        .store
        .seal_audit_logs(sealed(&whole))
        .await
        .expect("read");
    assert_eq!((done.sealed, done.first), (0, false));
    assert_eq!(done.left, ["Account 1", "Account 2"]);
    assert_eq!(verify(&whole).await, Some(at(9, AuditDamage::UnknownSeal)));
    assert_eq!(verify(&other).await, None);
    // A log whose head has a forged seal is not sealed either, under any pepper.
    let account = literal(&database, other.account.0);
    let zeros = bytes(&database, &"0".repeat(64));
    run(&database, &format!("UPDATE account SET audit_seal = {zeros}, audit_pepper = '00000007' WHERE id = {account}")).await;
    let done = other
        .store
        .seal_audit_logs(sealed(&other))
        .await
        .expect("read");
    assert_eq!((done.sealed, done.left.len()), (0, 3));
}

each_database!(a_log_verifies_without_the_pepper_of_its_first_rows);
async fn a_log_verifies_without_the_pepper_of_its_first_rows(database: TestDatabase) {
    let old = account_with_log(&database, 1).await;
    let idle = AccountFixture::build(&database.store, 2).await;
    let open = async |peppers: &[u8]| {
        let store = Store::open(&database.url).await.expect("opens");
        store.set_seal_keys(seal_keys(peppers));
        store
    };
    let with = |store: &Store, fixture: &AccountFixture| AccountFixture {
        store: store.clone(),
        ..*fixture
    };
    let without = with(&open(&[9]).await, &old);
    assert_eq!(
        verify(&without).await,
        Some(at(8, AuditDamage::UnknownSeal))
    );

    let both = open(&[9, 0]).await;
    let done = both.seal_audit_logs(sealed(&old)).await.expect("sealed");
    assert_eq!((done.sealed, done.first, done.left.len()), (2, false, 0));
    let again = both.seal_audit_logs(sealed(&old)).await.expect("read");
    assert_eq!(again.sealed, 0);
    write_one(&with(&both, &old), 10).await;

    for fixture in [&old, &idle] {
        assert_eq!(verify(&with(&both, fixture)).await, None);
        assert_eq!(verify(&with(&open(&[9]).await, fixture)).await, None);
    }
    assert_eq!(head(&without).await.seq, 10);
}
