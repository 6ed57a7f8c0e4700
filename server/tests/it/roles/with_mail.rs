//! The table of roles, on a server that sends mails.

use super::{CALLERS, TABLE, add_application_owner, call, fill};
use crate::mail::with_mail;

/// The statuses of `request_reset`, which all callers send for the same address: three an hour are accepted.
const REQUEST_RESET: [u16; 6] = [200, 200, 200, 429, 429, 429];

#[tokio::test]
async fn each_role_gets_the_response_in_the_table_from_a_server_that_sends_mails() {
    let (server, _sink) = with_mail().await;
    add_application_owner(&server).await;
    let owner = server.owner().await;
    for (name, form, expected) in TABLE {
        let expected = match *name {
            "request_reset" => REQUEST_RESET,
            _ => *expected,
        };
        for (caller, expected) in CALLERS.into_iter().zip(expected) {
            let form = fill(&server, &owner, form).await;
            let answer = call(&server, name, &form, caller).await;
            let who = caller.unwrap_or("nobody");
            assert_eq!(answer, expected, "{name} by {who}: {form}");
        }
    }
}
