//! Counted calls: added up, and once.

use crate::support::fresh;
use domain::{
    time::{MINUTE, Timestamp},
    usage::Outcome,
};
use store::{UsageBatch, UsageCount};
use uuid::Uuid;

#[tokio::test]
async fn a_batch_that_is_written_twice_counts_once() {
    for fresh in fresh().await {
        let bucket = Timestamp(1_800_000_000_000).floor(MINUTE);
        let batch = |id, calls| UsageBatch {
            id: Uuid::from_u128(id),
            at: bucket,
            counts: vec![UsageCount {
                subject: "akl_x".into(),
                span: MINUTE,
                bucket,
                outcome: Outcome::Accepted,
                calls,
            }],
            last_uses: Vec::new(),
            by: Vec::new(),
        };
        for (id, calls) in [(1, 5), (1, 5), (2, 3)] {
            fresh
                .store
                .add_usage(&batch(id, calls))
                .await
                .expect("added");
        }
        let counts = fresh
            .store
            .usage("akl_x", MINUTE, bucket, bucket)
            .await
            .expect("read");
        assert_eq!(counts, [(bucket, Outcome::Accepted, 8)]);
    }
}
