//! Guesses at passwords and codes of members, for the list of security events.

use super::calls::ATTACKER;
use crate::head::new_request_id;
use domain::origin::Origin;
use management::{Admission, Keyring, ManagementError};

/// Wrong passwords, one more than the throttle checks.
const WRONG_PASSWORDS: usize = 21;
/// Enough for a security event.
const WRONG_CODES: usize = 3;

/// Signs in with wrong passwords for a member of the account.
///
/// # Errors
/// If the database fails.
pub(super) async fn guess_passwords(keyring: &Keyring, email: &str) -> Result<(), ManagementError> {
    for _ in 0..WRONG_PASSWORDS {
        match keyring
            .sign_in()
            .with_password(email, "a guess", None, &attacker())
            .await
        {
            Ok(_) | Err(ManagementError::Throttled { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Turns a member's second factor on, enters wrong codes after the right password, and turns it off again.
///
/// # Errors
/// `NotFound` if the member cannot sign in; if the database fails.
pub(super) async fn guess_codes(
    keyring: &Keyring,
    email: &str,
    password: &str,
) -> Result<(), ManagementError> {
    let member = Origin::default();
    let signed_in = keyring
        .sign_in()
        .with_password(email, password, None, &member)
        .await?;
    let Some(Admission::Session(signed_in)) = signed_in else {
        return Err(ManagementError::NotFound);
    };
    let session = keyring.sessions().find(&signed_in.token).await?;
    let session = session.ok_or(ManagementError::NotFound)?.fresh()?;
    let setup = session.begin_enrolment().await?;
    let code = setup.secret().code_at(keyring.now());
    let codes = session.confirm_enrolment(&setup.form, &code, &member);
    let codes = codes.await?.flatten().ok_or(ManagementError::NotFound)?;

    let origin = attacker();
    let guessed = keyring
        .sign_in()
        .with_password(email, password, None, &origin)
        .await?;
    if let Some(Admission::CodeRequired(pending)) = guessed {
        for _ in 0..WRONG_CODES {
            let entered = keyring
                .sign_in()
                .enter_code(&pending.token, "000000", None, &origin);
            entered.await?;
        }
    }
    if let Some(code) = codes.0.first() {
        session.remove_second_factor(code, &member).await?;
    }
    Ok(())
}

fn attacker() -> Origin {
    Origin {
        address: ATTACKER.address.parse().ok(),
        user_agent: ATTACKER.user_agent.to_owned(),
        request_id: new_request_id().to_string(),
    }
}
