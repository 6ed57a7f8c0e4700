//! Sessions, and wrong passwords, at two nodes.

use super::Nodes;
use crate::test_keyring::PASSWORD;
use domain::{
    account::{Email, Role},
    origin::Origin,
};
use management::{Administered, Admission, Keyring, ManagementError, Session};

const ADA: &str = "ada@example.com";
const ANOTHER: &str = "violet compass under snow";

/// Signs Ada in, and returns the session with its token.
async fn sign_in(keyring: &Keyring, password: &str) -> (Session, String) {
    let origin = Origin::default();
    let admitted = keyring
        .sign_in()
        .with_password(ADA, password, None, &origin)
        .await;
    let signed_in = admitted.expect("works").and_then(Admission::session);
    let token = signed_in.expect("signed in").token;
    let session = keyring.sessions().find(&token).await.expect("works");
    (session.expect("signed in"), token)
}

#[tokio::test]
async fn sessions_that_are_ended_at_one_node_are_refused_by_both_at_the_next_request() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let (this, other) = (&nodes.test.keyring, &nodes.other);
    nodes.test.add("Acme", ADA, Role::Developer).await;
    let admin = nodes.test.people_admin().await;
    let (email, origin) = (Email::parse(ADA).expect("an address"), Origin::default());
    let mut password = PASSWORD;
    for way in [
        "another password",
        "sign out everywhere",
        "sign out all others",
        "a reset link",
        "disabled",
    ] {
        let mut tokens = Vec::new();
        for node in [this, this, other, other] {
            tokens.push(sign_in(node, password).await.1);
        }
        let (session, _) = sign_in(other, password).await;
        for token in &tokens {
            assert_eq!(signed_in_at([this, other], token).await, [true; 2]);
        }
        match way {
            "another password" => {
                let new = ANOTHER.to_owned().into();
                let changed = session.change_password(password, new, None, &origin).await;
                assert!(changed.expect("works").is_some());
                password = ANOTHER;
            }
            "sign out everywhere" => {
                session.sign_out_everywhere(&origin).await.expect("ended");
            }
            "sign out all others" => session.end_others(&origin).await.expect("ended"),
            "a reset link" => {
                let Ok(Administered::Done(link)) = admin.reset_link(&email).await else {
                    panic!("no link");
                };
                let new = PASSWORD.to_owned().into();
                let reset = other
                    .password_resets()
                    .complete(&link.token, new, &origin)
                    .await;
                reset.expect("reset");
                password = PASSWORD;
            }
            _ => {
                admin.disable(&email).await.expect("disabled");
            }
        }
        for token in &tokens {
            let left = signed_in_at([this, other], token).await;
            assert_eq!(left, [false; 2], "{way}");
        }
    }
    admin.close().await;
}

/// Whether each of two nodes accepts a session.
async fn signed_in_at(nodes: [&Keyring; 2], token: &str) -> [bool; 2] {
    let [one, two] = nodes.map(|node| node.sessions().find(token));
    [one.await, two.await].map(|session| session.expect("works").is_some())
}

/// Whether a guess at a password was checked, and not throttled.
async fn guess(keyring: &Keyring, email: &str, host: u8) -> bool {
    let origin = Origin {
        address: Some([192, 0, 2, host].into()),
        ..Origin::default()
    };
    let guess = keyring
        .sign_in()
        .with_password(email, "a wrong guess", None, &origin);
    match guess.await {
        Ok(None) => true,
        Err(ManagementError::Throttled { .. }) => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn guesses_at_two_nodes_are_counted_together() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let (this, other) = (&nodes.test.keyring, &nodes.other);
    nodes.test.add("Acme", ADA, Role::Developer).await;
    // In turn.
    let mut checked = [0, 0];
    for host in 0..20 {
        checked[0] += u32::from(guess(this, ADA, host).await);
        checked[1] += u32::from(guess(other, ADA, 100 + host).await);
    }
    assert_eq!(checked, [10, 10], "of twenty");
    // One after the other, for an address that no person has.
    let email = "ben@example.com";
    for host in 0..15 {
        assert!(guess(this, email, host).await, "{host}");
    }
    let mut checked = 0;
    for host in 100..130 {
        checked += u32::from(guess(other, email, host).await);
    }
    assert_eq!(checked, 5, "of twenty");
}
