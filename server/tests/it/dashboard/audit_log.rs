//! The export of the audit log, and `latchkey audit verify`.

use serde_json::Value;
use server::cli::audit::{KnownHeads, parse_heads, report};
use sha2::{Digest, Sha256};
use store::Store;
use test_server::{OWNER, TestServer};

async fn get(server: &TestServer, ending: &str) -> String {
    let app = server.application(OWNER).await;
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    let path = format!("/apps/{app}/settings/audit-log.{ending}");
    let answer = server.get(&path, &[("cookie", &cookie)]).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.body
}

/// Computes a row's hash from the file alone.
fn hash_of(row: &Value) -> String {
    let text = |name: &str| row[name].as_str().expect("a text");
    let number = |name: &str| row[name].as_i64().expect("a number").to_be_bytes();
    let uuid = |name: &str| {
        row[name].as_str().map_or([0; 16], |id| {
            *uuid::Uuid::parse_str(id).expect("an id").as_bytes()
        })
    };
    let mut hash = Sha256::new();
    hash.update("latchkey audit 3");
    let previous = text("previous_hash");
    for place in (0..64).step_by(2) {
        hash.update([u8::from_str_radix(&previous[place..place + 2], 16).expect("hex")]);
    }
    hash.update(uuid("account_id"));
    hash.update(number("number"));
    hash.update(number("at_ms"));
    hash.update([u8::from(row["actor_id"].is_string())]);
    hash.update(uuid("actor_id"));
    for name in [
        "actor",
        "action",
        "target",
        "detail",
        "address",
        "request_id",
        "before",
        "after",
        "pepper",
    ] {
        hash.update((text(name).len() as u64).to_be_bytes());
        hash.update(text(name));
    }
    let numbers = hash.finalize();
    numbers
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[tokio::test]
async fn the_hash_chain_can_be_verified_from_the_file_alone() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "10.0.0.0/8").await;
    // More rows than one chunk has.
    for _ in 0..300 {
        owner.deactivate(key.id).await.expect("active");
        let fresh = owner.fresh().expect("signed in a moment ago");
        fresh.activate(key.id).await.expect("inactive");
    }
    let file = get(&server, "jsonl").await;
    let mut previous = "0".repeat(64);
    let mut count = 0;
    for line in file.lines() {
        let row: Value = serde_json::from_str(line).expect("JSON");
        count += 1;
        assert_eq!(row["number"], count);
        assert_eq!(row["previous_hash"], previous);
        assert_eq!(row["hash"], hash_of(&row));
        previous = row["hash"].as_str().expect("a text").to_owned();
    }
    assert!(count > 600, "{count}");
    assert!(file.contains(r#""before":"{\"status\":\"active\"}""#));
    assert!(!file.contains(&key.secret));

    let csv = get(&server, "csv").await;
    assert!(csv.starts_with("\u{feff}number,at,"));
    assert!(csv.contains(&previous) && !csv.contains(&key.secret));
}

#[tokio::test]
async fn a_file_follows_the_filter_and_contains_no_formula() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let first = server.key(&owner, "invoice:read", "").await;
    let second = server.key(&owner, "invoice:read", "").await;
    let reason = "=HYPERLINK(\"http://evil\")".to_owned();
    owner.revoke(first.id, reason).await.expect("revoked");
    let query = format!("csv?key={}&action=key.revoked&person={OWNER}", first.id);
    let csv = get(&server, &query).await;
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(csv.contains("\"'=HYPERLINK(") && !csv.contains(&second.id.to_string()));
    let nothing = get(&server, "jsonl?until=1999-12-31").await;
    assert_eq!(nothing, "");
}

#[tokio::test]
async fn the_command_accepts_its_own_heads_and_names_broken_logs() {
    let server = TestServer::with_users().await;
    let store = Store::open_to_read(&server.url).await.expect("opens");
    store.set_seal_keys(test_server::peppers().seal_keys());
    let before = report(&store, &KnownHeads::new()).await.expect("read");
    assert_eq!((before.heads.len(), before.broken.len()), (2, 0));
    assert!(before.heads[0].ends_with(" Contoso"), "{:?}", before.heads);

    server.owner().await;
    let kept = parse_heads(&before.heads.join("\n")).expect("as printed");
    let after = report(&store, &kept).await.expect("read");
    assert_eq!((after.heads.len(), after.broken.len()), (2, 0));

    assert!(parse_heads("Contoso 5 abc").is_err());
    let gone = before.heads[0].replacen(|c: char| c.is_ascii_hexdigit(), "f", 8);
    let mut kept = parse_heads(&before.heads.join("\n")).expect("as printed");
    for (seq, hash) in kept.values_mut() {
        *seq = 2;
        hash[0] ^= 1;
    }
    kept.extend(parse_heads(&gone).expect("a head"));
    let found = report(&store, &kept).await.expect("read");
    assert_eq!(found.heads.len(), 0);
    let [first, second, third] = found.broken.as_slice() else {
        panic!("{:?}", found.broken);
    };
    for line in [first, second] {
        assert!(
            line.ends_with("row 2 does not have the hash that was stored"),
            "{line}"
        );
    }
    assert!(third.contains("is missing with its audit log"), "{third}");
}
