//! The first owner, and people added on the command line.

use crate::{
    Admission, Keyring, ManagementError,
    sign_in::{
        password::{Lane, Passwords, check_new},
        session::{self, Replaced},
    },
};
use domain::{
    Invalid,
    account::{Email, Role, parse_title},
    id::{AccountId, ApplicationId, PersonId},
    origin::Origin,
    time::Timestamp,
};
use secrecy::{ExposeSecret, SecretString};
use store::{NewPerson, PersonRow, Place, Placement, Store, StoreError};
use subtle::ConstantTimeEq;
use verification::{Entropy, new_id, random_token};

/// The people of all accounts.
#[derive(Clone, Copy)]
pub struct People<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// The parsed setup form.
#[derive(Debug)]
pub struct SetupDraft {
    /// The account's name.
    pub account: String,
    /// The application's name.
    pub application: String,
    /// The first owner's e-mail address.
    pub email: Email,
    /// The first owner's password.
    pub password: SecretString,
}

/// The result of the setup.
#[derive(Debug)]
pub enum SetUp {
    /// The owner exists and is signed in.
    Done(Admission),
    /// The token differs from the one on the console.
    WrongToken,
    /// The setup was completed before.
    AlreadyDone,
}

/// The first run, in which the first owner is created.
pub(super) struct FirstRun {
    /// Printed on the console.
    token: String,
    /// Held by a setup.
    running: tokio::sync::Mutex<()>,
}

impl FirstRun {
    /// Generates the token.
    pub(super) fn new(entropy: &dyn Entropy) -> Self {
        Self {
            token: random_token(entropy),
            running: tokio::sync::Mutex::default(),
        }
    }

    fn accepts(&self, token: &str) -> bool {
        token.trim().as_bytes().ct_eq(self.token.as_bytes()).into()
    }
}

/// A person to be added.
#[derive(Debug)]
pub struct PersonDraft {
    /// The account and the application; `None` for support.
    pub place: Option<Place>,
    /// The e-mail address.
    pub email: Email,
    /// The role.
    pub role: Role,
    /// The password.
    pub password: SecretString,
}

impl<'k> People<'k> {
    /// Whether there is no person yet.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn needs_setup(self) -> Result<bool, ManagementError> {
        Ok(self.keyring.store().person_count().await? == 0)
    }

    /// The setup token, which is printed on the console.
    pub fn setup_token(self) -> &'k str {
        &self.keyring.account_state().first_run.token
    }

    /// Creates the first owner and signs them in.
    ///
    /// # Errors
    /// `Invalid` if the password is too weak; if the database fails.
    pub async fn set_up(
        self,
        token: &str,
        draft: SetupDraft,
        origin: &Origin,
    ) -> Result<SetUp, ManagementError> {
        // Of two concurrent setups, the second runs its check after the first is complete.
        let first_run = &self.keyring.account_state().first_run;
        let _turn = first_run.running.lock().await;
        if !self.needs_setup().await? {
            return Ok(SetUp::AlreadyDone);
        }
        if !first_run.accepts(token) {
            return Ok(SetUp::WrongToken);
        }
        let person = PersonDraft {
            place: Some(Place::named(draft.account, draft.application)),
            email: draft.email.clone(),
            role: Role::Owner,
            password: draft.password,
        };
        let person = self.insert(person, origin).await?;
        // The person was just created.
        let admission =
            session::start(self.keyring, &person, true, Replaced::default(), origin).await?;
        Ok(admission.map_or(SetUp::AlreadyDone, SetUp::Done))
    }

    /// Adds a person; creates the account and the application if they do not exist.
    ///
    /// # Errors
    /// `Invalid` if a name or the password is invalid, the address is taken, an owner gave the name to an account, or there is no
    /// account with the id; `Application` if the account has too many applications.
    pub async fn add(self, draft: PersonDraft) -> Result<PersonId, ManagementError> {
        Ok(self.insert(draft, &Origin::default()).await?.id)
    }

    async fn insert(
        self,
        draft: PersonDraft,
        origin: &Origin,
    ) -> Result<PersonRow, ManagementError> {
        let registry = Registry {
            store: self.keyring.store(),
            passwords: self.keyring.sign_in_state().passwords(),
            entropy: self.keyring.entropy(),
        };
        Ok(registry.add(draft, self.keyring.now(), origin).await?.0)
    }
}

/// The parts of the keyring that add a person.
pub(crate) struct Registry<'a> {
    pub(crate) store: &'a Store,
    pub(crate) passwords: &'a Passwords,
    pub(crate) entropy: &'a dyn Entropy,
}

impl Registry<'_> {
    pub(crate) async fn add(
        &self,
        draft: PersonDraft,
        at: Timestamp,
        origin: &Origin,
    ) -> Result<(PersonRow, Option<Placement>), ManagementError> {
        let place = draft
            .place
            .filter(|_| draft.role != Role::Support)
            .map(parsed)
            .transpose()?;
        if place.is_none() && draft.role != Role::Support {
            return Err(Invalid::new("Name the account and the application.").into());
        }
        check_new(draft.password.expose_secret(), &draft.email)?;
        let password_hash = self
            .passwords
            .hash(draft.password.expose_secret(), Lane::Known)
            .await?;
        let id = PersonId(new_id(self.entropy, at));
        let new = NewPerson {
            id,
            email: &draft.email,
            password_hash: &password_hash,
            role: draft.role,
            place: place.as_ref(),
            at,
            new_ids: (
                AccountId(new_id(self.entropy, at)),
                ApplicationId(new_id(self.entropy, at)),
            ),
            origin: (&origin.address_text(), &origin.request_id),
        };
        match self.store.add_person(&new).await {
            Ok(placement) => {
                let person = PersonRow {
                    id,
                    is_support: draft.role == Role::Support,
                    email: draft.email,
                    password_hash,
                };
                Ok((person, placement))
            }
            Err(StoreError::Conflict) => {
                Err(Invalid::new("A person with this e-mail address already exists.").into())
            }
            Err(StoreError::NotFound) => {
                Err(Invalid::new("There is no account with this id.").into())
            }
            Err(StoreError::AccountExists(account)) => {
                Err(Invalid::new(not_named(place.as_ref(), account)).into())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Parses the names.
fn parsed(place: Place) -> Result<Place, Invalid> {
    let account = |name: String| parse_title("The account name", &name);
    let application = |name: String| parse_title("The application name", &name);
    Ok(match place {
        Place::Named {
            account: a,
            application: b,
        } => Place::Named {
            account: account(a)?,
            application: application(b)?,
        },
        Place::New {
            account: a,
            application: b,
        } => Place::New {
            account: account(a)?,
            application: application(b)?,
        },
        Place::Existing {
            account,
            application: b,
        } => Place::Existing {
            account,
            application: b.map(application).transpose()?,
        },
    })
}

/// Why an account with this name is neither joined nor created.
fn not_named(place: Option<&Place>, account: AccountId) -> String {
    match place {
        Some(Place::New { .. }) => format!(
            "The account {account} was created with this name. Choose another name, or join that account with --account-id {account}."
        ),
        _ => format!(
            "No account was created with this name; an owner of the account {account} chose it later. Create an account with \
             --new-account, or look up the account you mean and join it with --account-id."
        ),
    }
}
