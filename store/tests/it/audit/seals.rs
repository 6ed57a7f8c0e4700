//! Seals: without the pepper nobody computes a chain anew.

use super::{bytes, changed, furnished, head, lines, literal, run, verify, without_triggers};
use crate::{
    keys::{House, NOW, seal_keys},
    support::{Fresh, fresh},
};
use domain::audit::{Action, Event};
use store::{Break, Damage, Store};

const fn at(seq: i64, damage: Damage) -> Break {
    Break { seq, damage }
}

/// What somebody does who may write everything, and knows how hashes are made: row 5 tells another story, and all hashes
/// from there on follow. With an encoding, all rows from there on are written in it, without seals.
async fn rewrite(fresh: &Fresh, house: &House, from: i64, encoding: Option<i64>) {
    let account = literal(fresh, house.account.0);
    let mut hash = Vec::new();
    for mut line in lines(house).await {
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
        line.hash = line.link(&previous).expect("known").to_vec();
        let (seq, text) = (line.seq, bytes(fresh, &line.hash_text()));
        let unsealed = encoding.map_or(String::new(), |encoding| {
            format!(", encoding = {encoding}, seal = NULL, pepper = ''")
        });
        let head = encoding.map_or("", |_| ", audit_seal = NULL, audit_pepper = ''");
        let detail = &line.detail;
        let sql = format!(
            "UPDATE audit SET detail = '{detail}', hash = {text}{unsealed} WHERE account_id = {account} AND seq = {seq};
             UPDATE account SET audit_hash = {text}{head} WHERE id = {account}"
        );
        run(fresh, &sql).await;
        hash = line.hash;
    }
}

async fn write_one(house: &House, n: i64) {
    let event = changed(house, n);
    house.store.record_looks(&[event]).await.expect("written");
}

fn sealed(house: &House) -> impl Fn(domain::id::AccountId) -> Event {
    let event = house.event(Action::LogSealed, "", NOW);
    move |account_id| Event {
        account_id,
        ..event.clone()
    }
}

#[tokio::test]
async fn a_chain_that_was_computed_anew_has_no_seals() {
    for fresh in fresh().await {
        without_triggers(&fresh).await;
        let house = furnished(&fresh, 1).await;
        assert_eq!(verify(&house).await, None);
        rewrite(&fresh, &house, 5, None).await;
        assert_eq!(verify(&house).await, Some(at(5, Damage::Forged)));
        // Not even what is written afterwards vouches for it.
        write_one(&house, 9).await;
        assert_eq!(lines(&house).await[8].encoding, 2);
        assert_eq!(verify(&house).await, Some(at(5, Damage::Forged)));
    }
}

#[tokio::test]
async fn a_sealed_log_does_not_become_an_unsealed_one() {
    for fresh in fresh().await {
        without_triggers(&fresh).await;
        let [part, whole, other] = [
            furnished(&fresh, 1).await,
            furnished(&fresh, 2).await,
            furnished(&fresh, 3).await,
        ];
        rewrite(&fresh, &part, 5, Some(2)).await;
        assert_eq!(verify(&part).await, Some(at(5, Damage::Unsealed)));
        rewrite(&fresh, &whole, 1, Some(2)).await;
        assert_eq!(verify(&whole).await, Some(at(8, Damage::Unproven)));
        write_one(&whole, 9).await;
        assert_eq!(verify(&whole).await, Some(at(9, Damage::Unproven)));
        // Nor at the next start: another log has seals, so this is no database of before them.
        let done = whole.store.seal_logs(sealed(&whole)).await.expect("read");
        assert_eq!((done.sealed, done.first), (0, false));
        assert_eq!(done.left, ["Account 1", "Account 2"]);
        assert_eq!(verify(&whole).await, Some(at(9, Damage::Unproven)));
        assert_eq!(verify(&other).await, None);
        // A head whose seal is forged is left alone as well, under whatever pepper.
        let account = literal(&fresh, other.account.0);
        let zeros = bytes(&fresh, &"0".repeat(64));
        run(&fresh, &format!("UPDATE account SET audit_seal = {zeros}, audit_pepper = '00000007' WHERE id = {account}")).await;
        let done = other.store.seal_logs(sealed(&other)).await.expect("read");
        assert_eq!((done.sealed, done.left.len()), (0, 3));
    }
}

#[tokio::test]
async fn a_log_outlives_the_pepper_that_sealed_its_first_rows() {
    for fresh in fresh().await {
        let old = furnished(&fresh, 1).await;
        let idle = House::build(&fresh.store, 2).await;
        let open = async |peppers: &[u8]| {
            let store = Store::open(&fresh.url).await.expect("opens");
            store.seal_with(seal_keys(peppers));
            store
        };
        let with = |store: &Store, house: &House| House {
            store: store.clone(),
            ..*house
        };
        let without = with(&open(&[9]).await, &old);
        assert_eq!(verify(&without).await, Some(at(8, Damage::Unproven)));

        let both = open(&[9, 0]).await;
        let done = both.seal_logs(sealed(&old)).await.expect("sealed");
        assert_eq!((done.sealed, done.first, done.left.len()), (2, false, 0));
        let again = both.seal_logs(sealed(&old)).await.expect("read");
        assert_eq!(again.sealed, 0);
        write_one(&with(&both, &old), 10).await;

        for house in [&old, &idle] {
            assert_eq!(verify(&with(&both, house)).await, None);
            assert_eq!(verify(&with(&open(&[9]).await, house)).await, None);
        }
        assert_eq!(head(&without).await.seq, 10);
    }
}
