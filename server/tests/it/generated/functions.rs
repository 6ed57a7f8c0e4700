//! Arguments of server functions that break rules: no function fails, and the audit log stays whole.

use super::{rounds, values::Dice};
use crate::{
    database::houses,
    house::{House, OWNER, PASSWORD, peppers},
    roles::TABLE,
};
use server::cli::audit;
use store::Store;

/// A function's fields, as a form that is right has them.
fn fields(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// The form with some of its fields wrong, missing, doubled, or beside others.
fn spoilt(dice: &Dice, form: &str) -> String {
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

#[tokio::test]
async fn no_argument_makes_a_server_function_fail() {
    for house in houses().await {
        spoil_each(&house).await;
    }
}

async fn spoil_each(house: &House) {
    let owner = house.owner().await;
    let dice = Dice::new(22);
    let app = owner.application().id.to_string();
    let mut cookie = format!("latchkey={}", house.token(OWNER).await);
    for (name, form, _) in TABLE {
        // A password is checked for some tenths of a second.
        let times = if form.contains("{password}") { 4 } else { 20 };
        for round in 0..rounds(times) {
            // Some functions end a key.
            let key = house.key(&owner, "invoice:read", "").await;
            let seen = owner.key(key.id).await.expect("there").draft().revision();
            let form = form
                .replace("{seen}", &seen)
                .replace("{app}", &app)
                .replace("{key}", &key.id.to_string())
                .replace("{once}", &house.keyring.new_idempotency_key().to_string())
                .replace("{email}", OWNER)
                .replace("{password}", &PASSWORD.replace(' ', "+"));
            let form = spoilt(&dice, &form);
            let accept = *dice.pick(&["application/json", "text/html"]);
            let lines = [("accept", accept), ("cookie", cookie.as_str())];
            let answer = house.post(&format!("/api/{name}"), &lines, &form).await;
            let status = answer.status.as_u16();
            if status == 401 || *name == "sign_out" {
                cookie = format!("latchkey={}", house.token(OWNER).await);
            }
            let shown: String = form.chars().take(300).collect();
            // Where too much is asked at once, a function may say so.
            let declared =
                status < 500 || status == 503 && answer.headers.contains_key("retry-after");
            assert!(
                declared,
                "round {round} on {}: {name}: {shown}: {status} {}",
                house.url, answer.body
            );
        }
    }
    let store = Store::open_to_read(&house.url).await.expect("opens");
    store.set_seal_keys(peppers().seal_keys());
    let report = audit::report(&store, &audit::Kept::default())
        .await
        .expect("read");
    assert_eq!(
        report.broken,
        Vec::<String>::new(),
        "the audit log is whole"
    );
    assert!(!report.heads.is_empty());
}
