//! Deadlocks, which PostgreSQL ends.

use crate::keys::AccountFixture;
use store::{Store, StoreError};
use testing::TestDatabase;

#[tokio::test]
async fn a_deadlock_on_postgresql_is_an_outage() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let fixture = AccountFixture::build(&database.store, 1).await;
    let other = AccountFixture::build(&database.store, 2).await;
    let Store::Postgres { pool, .. } = &fixture.store else {
        panic!("PostgreSQL");
    };
    let lock = "UPDATE account SET name = name WHERE id = $1";
    let (mut one, mut two) = (
        pool.begin().await.expect("begun"),
        pool.begin().await.expect("begun"),
    );
    let first = sqlx::query(lock).bind(fixture.account.0);
    first.execute(&mut *one).await.expect("locked");
    let second = sqlx::query(lock).bind(other.account.0);
    second.execute(&mut *two).await.expect("locked");
    let (one, two) = tokio::join!(
        sqlx::query(lock).bind(other.account.0).execute(&mut *one),
        async {
            let done = sqlx::query(lock).bind(fixture.account.0);
            let done = done.execute(&mut *two).await;
            drop(two);
            done
        },
    );
    let failed = one.err().or(two.err()).expect("one of them was ended");
    let error = StoreError::from(failed);
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}
