//! Sessions, and wrong passwords, at two nodes.

use super::Nodes;
use crate::test_keyring::PASSWORD;
use domain::{
    account::{Email, Role},
    origin::Origin,
};
use management::{Admission, Keyring, ManagementError, Session};

const ADA: &str = "ada@example.com";
const ANOTHER: &str = "violet compass under snow";

/// Signs Ada in, and returns the session with its token.
async fn sign_in(keyring: &Keyring, password: &str) -> (Session, String) {
    let origin = Origin::default();
    let admitted = keyring.sign_in(ADA, password, None, &origin).await;
    let signed_in = admitted.expect("works").and_then(Admission::session);
    let token = signed_in.expect("signed in").token;
    let session = keyring.session(&token).await.expect("works");
    (session.expect("signed in"), token)
}

#[tokio::test]
async fn a_session_that_is_ended_at_one_node_is_refused_by_the_other_at_the_next_request() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let (this, other) = (&nodes.test.keyring, &nodes.other);
    nodes.test.add("Acme", ADA, Role::Developer).await;
    let origin = Origin::default();
    let mut password = PASSWORD;
    for way in ["another password", "sign out everywhere", "disabled"] {
        let (_, token) = sign_in(this, password).await;
        let (session, _) = sign_in(other, password).await;
        assert!(this.session(&token).await.expect("works").is_some());
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
            _ => {
                let admin = nodes.test.people_admin().await;
                let email = Email::parse(ADA).expect("an address");
                admin.disable(&email).await.expect("disabled");
                admin.close().await;
            }
        }
        let left = this.session(&token).await.expect("works");
        assert!(left.is_none(), "{way}");
    }
}

/// Whether a guess at a password was checked, and not throttled.
async fn guess(keyring: &Keyring, email: &str, host: u8) -> bool {
    let origin = Origin {
        address: Some([192, 0, 2, host].into()),
        ..Origin::default()
    };
    let guess = keyring.sign_in(email, "a wrong guess", None, &origin);
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
