//! Whatever happens in whatever order: the totals of every level are those of the calls.

use crate::test_keyring::{TestKeyring, draft, on_each_database, plain_call, reopen};
use domain::{
    id::AccountId,
    key::{issued::IssuedKey, scope::ScopeSet},
    origin::Origin,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Bucket, Level, Series, Subject, breakdown::Dimension, reported::ReportedCalls},
};
use management::{Editor, Keyring};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use store::BucketRange;
use telemetry::ReportedCall;
use testing::TestDatabase;
use verification::Call;

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A call with one of the keys: right, without the scope, with a wrong secret.
    Call(usize, u8),
    /// A report about a key's call that began so long ago, under one of a few ids or none.
    Report(usize, i64, Option<u8>),
    /// Time passes.
    Wait(i64),
    /// What was counted is written.
    Flush,
    /// What was counted is noted.
    Note,
    /// The server is stopped and started.
    Restart,
    /// The server is killed after a note, and another one started.
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_usize..3, 0_u8..3).prop_map(|(key, kind)| Step::Call(key, kind)),
        3 => (0_usize..3, 0_i64..2 * DAY, proptest::option::of(0_u8..4))
            .prop_map(|(key, ago, id)| Step::Report(key, ago, id)),
        3 => prop_oneof![0_i64..MINUTE, 0_i64..HOUR, 0_i64..DAY].prop_map(Step::Wait),
        2 => Just(Step::Flush),
        2 => Just(Step::Note),
        1 => Just(Step::Restart),
        2 => Just(Step::Kill),
    ]
}

/// What must be found in the end.
#[derive(Clone, Copy, Default)]
struct Expected {
    calls: Bucket,
    reported: i64,
}

/// A keyring over the test's database, which may be restarted.
struct Running<'a> {
    test: &'a TestKeyring,
    keyring: Keyring,
    starts: u64,
    expected: [Expected; 3],
    ids: Vec<u8>,
}

impl Running<'_> {
    async fn take(&mut self, step: Step, account: AccountId, keys: &[IssuedKey]) {
        let now = self.keyring.now();
        match step {
            Step::Call(place, kind) => {
                let (key, other) = (&keys[place], &keys[(place + 1) % keys.len()]);
                let id = key.id.to_string();
                let secret = if kind == 2 { other } else { key }.secret.as_str();
                let decision = self.keyring.verify(&Call {
                    scopes: if kind == 1 {
                        ScopeSet::one("tax:read").expect("known")
                    } else {
                        ScopeSet::default()
                    },
                    user_agent: "test/1",
                    ..plain_call(&id, secret)
                });
                self.expected[place]
                    .calls
                    .add(decision.verdict.outcome(), 1);
            }
            Step::Report(place, ago, id) => {
                let key = keys[place].id.to_string();
                let call = ReportedCall {
                    key: &key,
                    status: 500,
                    latency_ms: 3,
                    at: Some(now.plus(-ago)),
                };
                let name = id.map(|id| id.to_string());
                let receipt = self
                    .keyring
                    .telemetry()
                    .report(account, name.as_deref(), [call])
                    .expect("room");
                let again = id.is_some_and(|id| self.ids.contains(&id));
                self.ids.extend(id);
                assert_eq!(receipt.accepted + receipt.late, 1);
                assert_eq!(receipt.accepted == 1, ago <= DAY);
                if !again && receipt.accepted == 1 {
                    self.expected[place].reported += 1;
                }
            }
            Step::Wait(ms) => self.test.clock.advance(ms),
            Step::Flush => self
                .keyring
                .telemetry()
                .flush_usage()
                .await
                .expect("written"),
            Step::Note => self
                .keyring
                .telemetry()
                .journal_usage()
                .await
                .expect("noted"),
            Step::Restart => {
                self.keyring.close().await;
                self.start().await;
            }
            Step::Kill => {
                self.keyring
                    .telemetry()
                    .journal_usage()
                    .await
                    .expect("noted");
                self.start().await;
            }
        }
    }

    async fn start(&mut self) {
        self.starts += 1;
        let (fresh, clock): (&TestDatabase, _) = (&self.test.database, &self.test.clock);
        self.keyring = reopen(fresh, clock, 100 + self.starts).await;
        self.keyring
            .telemetry()
            .recover_usage()
            .await
            .expect("added up");
    }

    async fn judge(&self, editor: &Editor, keys: &[IssuedKey]) -> Result<(), TestCaseError> {
        self.keyring
            .telemetry()
            .flush_usage()
            .await
            .expect("written");
        let store = &self.test.database.store;
        let all = self
            .expected
            .iter()
            .fold(Expected::default(), |sum, one| Expected {
                calls: sum.calls.plus(one.calls),
                reported: sum.reported + one.reported,
            });
        let subjects = keys
            .iter()
            .map(|key| Subject::Key(key.id))
            .zip(self.expected)
            .chain([(editor.application().id.into(), all)]);
        let now = self.keyring.now();
        for (subject, expected) in subjects {
            for level in Level::ALL {
                let calls = store.usage(subject, level, Timestamp(0), now).await;
                let calls = calls.expect("read");
                prop_assert!(calls.iter().all(|(bucket, ..)| bucket.0 % level.ms() == 0));
                prop_assert_eq!(
                    Series::total(calls),
                    expected.calls,
                    "{} by {:?}",
                    subject,
                    level
                );
                let buckets = BucketRange {
                    level,
                    start: Timestamp(0),
                    end: now,
                };
                let bars = store.usage_bars(subject, buckets, Some(buckets)).await;
                let bars = bars.expect("read");
                prop_assert_eq!(bars.before, expected.calls.total());
                prop_assert_eq!(Series::total(bars.counts), expected.calls);
                let reported = bars.reports.into_iter();
                let sum =
                    reported.fold(ReportedCalls::default(), |sum, (_, calls)| sum.plus(calls));
                prop_assert_eq!(sum.calls, expected.reported, "{} by {:?}", subject, level);
                prop_assert_eq!(sum.server_errors, expected.reported);
            }
            for level in [Level::Hour, Level::Day] {
                let parts = store
                    .usage_breakdown(subject, level, Timestamp(0), now)
                    .await;
                let refusals: i64 = parts
                    .expect("read")
                    .iter()
                    .filter(|part| part.dimension == Dimension::Refusal)
                    .map(|part| part.calls)
                    .sum();
                let missed = expected.calls.refused + expected.calls.rate_limited;
                prop_assert_eq!(refusals, missed, "{} by {:?}", subject, level);
            }
        }
        Ok(())
    }
}

#[test]
fn the_totals_of_every_level_are_those_of_the_calls() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner = TestRunner::new(Config {
        cases: 12,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    });
    let steps = proptest::collection::vec(step(), 1..60);
    let result = runner.run(&steps, |steps| {
        runtime.block_on(async {
            for test in on_each_database().await {
                let (session, app) = test.owner("Acme").await;
                let editor = session
                    .editor(app, Origin::default())
                    .await
                    .expect("owns it");
                let mut keys = Vec::new();
                for _ in 0..3 {
                    keys.push(test.issue(&editor, draft()).await);
                }
                let mut running = Running {
                    test: &test,
                    keyring: test.keyring.clone(),
                    starts: 0,
                    expected: [Expected::default(); 3],
                    ids: Vec::new(),
                };
                let account = editor.application().account_id;
                for step in &steps {
                    running.take(*step, account, &keys).await;
                }
                running.judge(&editor, &keys).await?;
            }
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
