//! Server functions with invalid arguments: none causes a server error, and the audit log stays intact.

use super::{rounds, values::Dice};
use crate::{
    database::Database,
    roles::{MORE, OWNS_AGAIN, TABLE, complete},
};
use server::cli::audit;
use store::Store;
use test_server::{OWNER, TestServer, peppers};
use testing::{TestDatabase, each_database};

/// Returns the fields of a valid form.
fn fields(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Returns the form with some fields changed, removed, repeated or added.
fn invalid_variant(dice: &Dice, form: &str) -> String {
    let mut fields = fields(form);
    for _ in 0..=dice.below(3) {
        let place = dice.below(fields.len());
        match dice.below(6) {
            _ if fields.is_empty() => fields.push((dice.text(), dice.text())),
            0 => drop(fields.remove(place)),
            1 => fields.push(fields[place].clone()),
            2 => fields.push((dice.text(), dice.text())),
            3 => fields[place].0 = format!("{}[{}]", fields[place].0, dice.text()),
            _ => fields[place].1 = dice.text(),
        }
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

each_database!(no_argument_causes_a_server_error_in_a_server_function);
async fn no_argument_causes_a_server_error_in_a_server_function(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let owner = server.owner().await;
    let dice = Dice::new(22);
    let mut cookie = format!("latchkey={}", server.token(OWNER).await);
    let database = Database::at(&server.url).await;
    let rows = TABLE.iter().map(|(name, form, _)| (*name, *form));
    // First: an account that was renamed gets no members by its first name.
    for (name, form) in MORE.iter().copied().chain(rows) {
        // Checking a password takes some tenths of a second, and some objects take several calls to make.
        let times = if MORE.contains(&(name, form)) {
            2
        } else if form.contains("{password}") {
            4
        } else {
            20
        };
        for round in 0..rounds(times) {
            let form = Box::pin(complete(&server, &owner, form)).await;
            let form = invalid_variant(&dice, &form);
            let accept = *dice.pick(&["application/json", "text/html"]);
            let lines = [("accept", accept), ("cookie", cookie.as_str())];
            let answer = server.post(&format!("/api/{name}"), &lines, &form).await;
            let status = answer.status.as_u16();
            if name == "transfer_ownership" {
                database.run(OWNS_AGAIN).await;
            }
            if status == 401 || name == "sign_out" {
                cookie = format!("latchkey={}", server.token(OWNER).await);
            }
            let shown: String = form.chars().take(300).collect();
            // A function may be throttled.
            let declared =
                status < 500 || status == 503 && answer.headers.contains_key("retry-after");
            assert!(
                declared,
                "round {round} on {}: {name}: {shown}: {status} {}",
                server.url, answer.body
            );
        }
    }
    let store = Store::open_to_read(&server.url).await.expect("opens");
    store.set_seal_keys(peppers().seal_keys());
    let report = audit::report(&store, &audit::KnownHeads::default())
        .await
        .expect("read");
    assert_eq!(
        report.broken,
        Vec::<String>::new(),
        "the audit log is whole"
    );
    assert!(!report.heads.is_empty());
}
