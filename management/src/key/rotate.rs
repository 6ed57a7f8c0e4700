//! Regenerating a secret: a new key replaces the old one, which stops working after a grace period.

use crate::{Confirmation, Editor, FreshEditor, Issue, KeyView, ManagementError, node::Applied};
use domain::{
    audit::{Action, FieldValues},
    id::{IdempotencyKey, SecretId},
    key::{
        KeyDraft,
        issued::IssuedKey,
        regeneration::{GracePeriod, Regeneration},
        state::IllegalTransition,
        token::KeyId,
    },
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{
        Bucket, ChartRange, Level, Outcome, Series, Window,
        rotation::{IdleTime, Rotation, RotationUsage},
    },
};
use secrecy::ExposeSecret;
use store::{ChangeScope, NewKey, StoreError};
use verification::generate_credentials;

impl FreshEditor {
    /// Creates a key with the settings of `id`, and retires `id` after a grace period; once per idempotency key. Returns the
    /// answer, and what the nodes know about the end of `id`.
    ///
    /// # Errors
    /// `NotFound`; `Illegal` if `id` is revoked or was regenerated before; if the database fails, as [`FreshEditor::issue`].
    pub async fn regenerate(
        &self,
        id: KeyId,
        wanted: Regeneration,
        idempotency_key: IdempotencyKey,
    ) -> Result<(Issue, Confirmation), ManagementError> {
        let editor = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let regenerated = regenerate(&editor, id, wanted, idempotency_key).await?;
                editor.answer_once_confirmed(regenerated).await
            })
            .await
    }
}

impl FreshEditor {
    /// Returns the key once every node knows when the old secret stops working. If that does not become known, the key is kept for
    /// the retry of its request. The position is not known of a change that was made before, or whose answer was lost.
    async fn answer_once_confirmed(
        &self,
        (issue, applied): (Issue, Option<Applied<()>>),
    ) -> Result<(Issue, Confirmation), ManagementError> {
        let keyring = self.keyring();
        let confirming = async {
            let applied = match applied {
                Some(applied) => applied,
                None => keyring.node().newest_change().await?,
            };
            keyring.node().confirm(applied).await
        };
        match (confirming.await, issue) {
            (Ok(((), confirmation)), issue) => Ok((issue, confirmation)),
            (Err(error), Issue::New(key)) => {
                let person = self.identity().person_id;
                keyring
                    .key_changes()
                    .keep_undelivered(key, person, keyring.monotonic());
                Err(error)
            }
            (Err(error), Issue::AlreadyIssued(_)) => Err(error),
        }
    }
}

/// Replaces the key. Returns the answer, and the change if its position is known.
async fn regenerate(
    editor: &FreshEditor,
    id: KeyId,
    wanted: Regeneration,
    idempotency_key: IdempotencyKey,
) -> Result<(Issue, Option<Applied<()>>), ManagementError> {
    let keyring = editor.keyring();
    let app = editor.application().id;
    let _lock = keyring.key_changes().lock(id).await;
    let old = editor.stored_key(id).await?;
    if let Some(made) = keyring
        .store()
        .key_by_idempotency_key(app, idempotency_key)
        .await?
    {
        return Ok((editor.issued_before(made), None));
    }
    old.may_regenerate()?;
    let now = editor.now();
    let retires_at = wanted.grace_period.end(now, old.expires_at, now)?;
    let draft = KeyDraft {
        expiry: wanted.expiry,
        ..old.draft()
    };
    let (new_id, secret) = generate_credentials(keyring.entropy(), draft.environment);
    let digest = keyring.hasher().digest(0, new_id, secret.expose_secret());
    let new = NewKey {
        id: new_id,
        account: editor.application().account_id,
        application: app,
        draft: &draft,
        created_by: editor.identity().person_id,
        at: now,
        idempotency_key,
        secret_id: SecretId(keyring.new_id()),
        digest: &digest,
        pepper: keyring.hasher().newest_pepper(),
    };
    let created = editor
        .event(Action::KeyCreated, &new_id, format!("replaces {id}"))
        .with_changes(
            FieldValues::default(),
            FieldValues::from(&draft).and("replaces", &id),
        );
    let why = if wanted.compromised {
        "; may be compromised"
    } else {
        ""
    };
    let words = format!("{}, replaced by {new_id}{why}", until(retires_at, now));
    let replaced = editor
        .event(Action::KeyRegenerated, &id, words)
        .with_changes(
            FieldValues::default(),
            FieldValues::of("retires", &retires_at).and("replaced_by", &new_id),
        );
    let inserted = keyring
        .store()
        .replace_key(&new, id, retires_at, &created, &replaced)
        .await;
    let scopes = [ChangeScope::Key(id), ChangeScope::Key(new_id)];
    let (inserted, applied) = match keyring.keys().apply(&scopes, inserted).await {
        Ok(applied) => {
            let (inserted, applied) = applied.split();
            (Ok(inserted), applied.is_change().then_some(applied))
        }
        Err(error) => (Err(error), None),
    };
    let issued = IssuedKey {
        id: new_id,
        name: draft.name,
        environment: draft.environment,
        secret: secret.expose_secret().to_owned(),
    };
    let issue = editor
        .answer_with(inserted, issued)
        .map_err(taken(IllegalTransition::Replaced))?;
    Ok((issue, applied))
}

/// The detail of a regeneration and of later changes of its end.
fn until(retires_at: Timestamp, now: Timestamp) -> String {
    if retires_at <= now {
        "the old secret stopped working immediately".into()
    } else {
        format!("the old secret works until {}", retires_at.readable())
    }
}

/// It was there a moment ago: a concurrent change was faster.
fn taken(illegal: IllegalTransition) -> impl Fn(StoreError) -> ManagementError {
    move |error| match error {
        StoreError::NotFound => ManagementError::Illegal(illegal),
        error => error.into(),
    }
}

impl Editor {
    /// Changes when the old secret of a retiring key stops working. Returns that time.
    ///
    /// # Errors
    /// `NotFound`; `Illegal` if the key is not retiring; `Invalid` if the end is more than 30 days after the regeneration;
    /// `Stale` if it works for longer and the sign-in is not recent.
    pub async fn move_retirement(
        &self,
        id: KeyId,
        wanted: GracePeriod,
    ) -> Result<(Timestamp, Confirmation), ManagementError> {
        let editor = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let applied = move_retirement(&editor, id, wanted).await?;
                editor.keyring().node().confirm(applied).await
            })
            .await
    }
}

async fn move_retirement(
    editor: &Editor,
    id: KeyId,
    wanted: GracePeriod,
) -> Result<Applied<Timestamp>, ManagementError> {
    let keyring = editor.keyring();
    let _lock = keyring.key_changes().lock(id).await;
    let key = editor.stored_key(id).await?;
    let now = editor.now();
    let (Some(present), Some(since)) = (key.retiring_until(now), key.deprecated_at) else {
        return Err(IllegalTransition::NotRetiring.into());
    };
    let end = wanted.end(since, key.expires_at, now)?;
    if end > present && !editor.is_fresh() {
        return Err(ManagementError::Stale);
    }
    let event = editor
        .event(Action::KeyChanged, &id, until(end, now))
        .with_changes(
            FieldValues::of("retires", &present),
            FieldValues::of("retires", &end),
        );
    let moved = keyring
        .store()
        .move_retirement(editor.application().id, id, end, &event)
        .await;
    let applied = keyring
        .keys()
        .apply(&[ChangeScope::Key(id)], moved)
        .await
        .map_err(taken(IllegalTransition::NotRetiring))?;
    Ok(applied.with(end))
}

/// The days before a regeneration from which an old key's usual pauses are derived.
const HABIT: i64 = 30 * DAY;

impl KeyView {
    /// Returns the calls of a retiring key and its successor since the regeneration; `None` if the key was not regenerated.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rotation(&self) -> Result<Option<Rotation>, ManagementError> {
        let old = self.key();
        let id = old.id;
        let (Some(since), Some(new)) = (old.deprecated_at, old.replaced_by) else {
            return Ok(None);
        };
        let store = self.viewer().keyring().store();
        let before = store
            .usage(id.into(), Level::Hour, since.plus(-HABIT), since.plus(-1))
            .await?;
        let mut hours: Vec<_> = before
            .into_iter()
            .filter(|(_, outcome, _)| *outcome == Outcome::Accepted)
            .map(|(hour, ..)| hour)
            .collect();
        hours.sort_unstable();
        let now = self.viewer().now();
        let retiring = old.retiring_until(now).is_some();
        let last = old.last_used.as_ref().map(|used| used.at);
        Ok(Some(Rotation {
            since,
            old: self.calls_since(id, since).await?,
            new: self.calls_since(new, since).await?,
            usage: if retiring {
                Some(self.both([id, new], since).await?)
            } else {
                None
            },
            idle_time: IdleTime::of(hours, last, now),
            now,
        }))
    }

    /// The usage of both keys over the shortest window that contains `since`.
    async fn both(
        &self,
        keys: [KeyId; 2],
        since: Timestamp,
    ) -> Result<RotationUsage, ManagementError> {
        let now = self.viewer().now();
        let windows = [Window::Day, Window::Week, Window::Month].into_iter();
        let range = windows
            .map(|window| ChartRange::of(window, now))
            .find(|range| range.start <= since)
            .unwrap_or_else(|| ChartRange::of(Window::Month, now));
        let store = self.viewer().keyring().store();
        let series = async |key: KeyId| {
            let counts = store
                .usage(key.into(), range.level, range.start, now)
                .await?;
            Ok::<_, ManagementError>(Series::fill_gaps(range, now, counts))
        };
        let [old, new] = keys;
        Ok(RotationUsage {
            old: series(old).await?,
            new: series(new).await?,
            local: self.viewer().zone().over(range),
        })
    }

    /// All calls since the minute of `since`: by minute up to the full hour, by hour from there.
    async fn calls_since(&self, id: KeyId, since: Timestamp) -> Result<Bucket, ManagementError> {
        let store = self.viewer().keyring().store();
        let now = self.viewer().now();
        let full = since.plus(HOUR).floor(HOUR);
        let start = since.floor(MINUTE);
        let minutes = store
            .usage(id.into(), Level::Minute, start, full.plus(-1))
            .await?;
        let hours = store.usage(id.into(), Level::Hour, full, now).await?;
        Ok(Series::total(minutes.into_iter().chain(hours)))
    }
}
