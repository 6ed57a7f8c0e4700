//! Support staff may read keys of any account after giving a reason. They change nothing, and each search is in the
//! account's audit log before it is answered.

use crate::{Keyring, ManagementError, Session, Viewer, access, read::ReadPermit};
use domain::{
    account::{Application, Identity, Role},
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::AccountId,
    key::token::KeyId,
    origin::Origin,
    security::{EventFilter, EventState},
    support::{FoundKey, SupportKeyView, SupportSearch, SupportSearchResult},
    time::Timestamp,
    usage::Window,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Permission to search and read.
#[derive(Clone)]
pub struct Support {
    keyring: Keyring,
    identity: Identity,
    origin: Origin,
}

/// Support's turns for long reads, as if all of its staff were one account. No account has this id.
const STAFF: AccountId = AccountId(Uuid::nil());

/// The accounts and items that a search found, as the audit log records them.
type Seen = BTreeSet<(AccountId, String)>;

impl Session {
    /// Grants permission to read any account.
    ///
    /// # Errors
    /// `NotFound` for a person who does not belong to support.
    pub fn support(&self, origin: Origin) -> Result<Support, ManagementError> {
        if !self.is_support() {
            return Err(ManagementError::NotFound);
        }
        Ok(Support {
            keyring: self.keyring().clone(),
            identity: Identity {
                person_id: self.person_id(),
                email: self.email().clone(),
                name: self.profile().name.clone(),
                role: Role::Support,
                account_role: Role::Support,
            },
            origin,
        })
    }
}

impl Support {
    /// The support agent.
    pub fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.keyring.now()
    }

    /// Searches, for a reason. The audit logs of all found accounts record the search first.
    ///
    /// # Errors
    /// `Throttled` after too many searches; if the database fails: nothing is shown then.
    pub async fn look(
        &self,
        search: SupportSearch,
        what: String,
        reason: String,
    ) -> Result<SupportSearchResult, ManagementError> {
        let now = self.now();
        let person = self.identity.person_id;
        let looked = self
            .keyring
            .sign_in_state()
            .limits()
            .search(person, self.keyring.monotonic());
        if let Err(retry_after_ms) = looked {
            return Err(ManagementError::Throttled { retry_after_ms });
        }
        let support = self.clone();
        self.keyring
            .run_to_completion(async move {
                let mut found = SupportSearchResult {
                    what,
                    reason,
                    now,
                    key: None,
                    accounts: Vec::new(),
                    applications: Vec::new(),
                    keys: Vec::new(),
                    requests: Vec::new(),
                    more: false,
                };
                match search {
                    SupportSearch::Key(id) => support.show_key(&mut found, id).await?,
                    SupportSearch::Mask { head, tail } => {
                        support.find_keys(&mut found, &head, &tail).await?;
                    }
                    SupportSearch::Id(id) => {
                        support.find(&mut found, id, "").await?;
                        support.find_requests(&mut found).await?;
                    }
                    SupportSearch::Name(name) => {
                        support.find(&mut found, Uuid::nil(), &name).await?;
                        support.find_requests(&mut found).await?;
                    }
                }
                Ok(found)
            })
            .await
    }

    async fn show_key(
        &self,
        found: &mut SupportSearchResult,
        id: KeyId,
    ) -> Result<(), ManagementError> {
        let application = match self.keyring.store().application_of_key(id).await {
            Ok(application) => application,
            Err(store::StoreError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let seen = Seen::from([(application.account_id, id.to_string())]);
        self.record(found, &seen).await?;
        let viewer = self.viewer(application.clone());
        let about = EventFilter {
            key: Some(id),
            state: EventState::All,
            ..EventFilter::default()
        };
        let view = viewer.open_key(id).await?;
        found.key = Some(SupportKeyView {
            key: view.key().clone(),
            application,
            history: view.history().await?,
            usage: view.usage().series(Window::Week).await?,
            events: viewer.security_events(&about, None).await?.rows,
        });
        Ok(())
    }

    async fn find_keys(
        &self,
        found: &mut SupportSearchResult,
        head: &str,
        tail: &str,
    ) -> Result<(), ManagementError> {
        let store = self.keyring.store();
        let mut keys = {
            let _permit = self.long_read().await?;
            store.find_keys_by_mask(head, tail, one_more()).await?
        };
        cut(&mut keys, &mut found.more);
        let seen = keys
            .iter()
            .map(|key| (key.application.account_id, key.id.to_string()))
            .collect();
        self.record(found, &seen).await?;
        found.keys = keys
            .into_iter()
            .map(|key| FoundKey {
                id: key.id,
                name: key.name.to_string(),
                application: key.application.name,
                account: key.application.account_name,
            })
            .collect();
        Ok(())
    }

    /// Accounts and applications; if one application was named by its id, its keys too.
    async fn find(
        &self,
        found: &mut SupportSearchResult,
        id: Uuid,
        name: &str,
    ) -> Result<(), ManagementError> {
        let store = self.keyring.store();
        let (mut accounts, mut applications) = {
            let _permit = self.long_read().await?;
            (
                store.find_accounts(id, name, one_more()).await?,
                store.find_applications(id, name, one_more()).await?,
            )
        };
        cut(&mut accounts, &mut found.more);
        cut(&mut applications, &mut found.more);
        let mut seen: Seen = accounts
            .iter()
            .map(|account| (account.id, account.id.to_string()))
            .collect();
        for application in &applications {
            seen.insert((application.account_id, application.id.to_string()));
        }
        self.record(found, &seen).await?;
        if let [application] = applications.as_slice()
            && application.id.0 == id
        {
            found.keys = self.keys_of(application, &mut found.more).await?;
        }
        found.accounts = accounts;
        found.applications = applications;
        Ok(())
    }

    /// The decisions under a request id, in any account.
    async fn find_requests(&self, found: &mut SupportSearchResult) -> Result<(), ManagementError> {
        let decided = {
            let _permit = self.long_read().await?;
            let telemetry = self.keyring.telemetry();
            let found = telemetry.decisions_of_request(found.what.trim(), None);
            found.await?
        };
        let seen = decided
            .iter()
            .map(|decided| (decided.account, decided.key.to_string()))
            .collect();
        self.record(found, &seen).await?;
        let of: BTreeSet<_> = decided.iter().map(|decided| decided.application).collect();
        let store = self.keyring.store();
        for id in of {
            for application in store.find_applications(id.0, "", 1).await? {
                let viewer = self.viewer(application);
                found
                    .requests
                    .extend(viewer.explain(decided.clone()).await?);
            }
        }
        found.requests.sort_by_key(|one| one.decided.id);
        Ok(())
    }

    async fn keys_of(
        &self,
        application: &Application,
        more: &mut bool,
    ) -> Result<Vec<FoundKey>, ManagementError> {
        let viewer = self.viewer(application.clone());
        let page = viewer
            .keys(&domain::key::filter::KeyQuery::default())
            .await?;
        let mut keys = page.rows;
        *more |= page.next.is_some();
        cut(&mut keys, more);
        Ok(keys
            .into_iter()
            .map(|key| FoundKey {
                id: key.id,
                name: key.name.to_string(),
                application: application.name.clone(),
                account: application.account_name.clone(),
            })
            .collect())
    }

    /// A turn for a search in all accounts. It is given back before a [`Viewer`] reads, which takes a turn of its own.
    async fn long_read(&self) -> Result<ReadPermit, ManagementError> {
        self.keyring.long_reads().take(STAFF).await
    }

    fn viewer(&self, application: Application) -> Viewer {
        let identity = self.identity.clone();
        access::look(
            self.keyring.clone(),
            application,
            identity,
            self.origin.clone(),
        )
    }

    async fn record(
        &self,
        found: &SupportSearchResult,
        seen: &Seen,
    ) -> Result<(), ManagementError> {
        let events: Vec<_> = seen
            .iter()
            .map(|(account_id, target)| AuditEvent {
                account_id: *account_id,
                at: found.now,
                actor: Actor::Person {
                    id: self.identity.person_id,
                    email: self.identity.email.to_string(),
                },
                action: Action::SupportLooked,
                target: target.clone(),
                detail: found.reason.clone(),
                address: self.origin.address_text(),
                request_id: self.origin.request_id.clone(),
                before: FieldValues::default(),
                after: FieldValues::default(),
            })
            .collect();
        Ok(self.keyring.store().append_audit_events(&events).await?)
    }
}

/// One more row than shown, to know whether there are more.
fn one_more() -> i64 {
    i64::try_from(SupportSearchResult::MAX_ROWS + 1).unwrap_or(i64::MAX)
}

fn cut<T>(rows: &mut Vec<T>, more: &mut bool) {
    *more |= rows.len() > SupportSearchResult::MAX_ROWS;
    rows.truncate(SupportSearchResult::MAX_ROWS);
}
