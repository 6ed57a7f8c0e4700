//! Keys of archived applications in a database that is older than the revocation journal.

use super::{Scene, ask, back_up};
use domain::{origin::Origin, verdict::Verdict};
use management::Replayed;

#[tokio::test]
async fn a_key_that_was_deactivated_after_its_application_was_restored_stays_off_in_an_older_database()
 {
    for scene in Scene::all().await {
        let [kept, off] = [scene.key().await, scene.key().await];
        let editor = scene.editor.clone();
        let owner = editor
            .owner()
            .expect("owns it")
            .fresh_owner()
            .expect("fresh");
        owner.archive().await.expect("archived");
        let copy = scene.folder.path().join("backup");
        back_up(&scene.test.database, &copy).await;
        scene.test.clock.advance(60_000);
        owner.restore().await.expect("restored");
        scene.test.clock.advance(60_000);
        editor.deactivate(off.id).await.expect("active");
        drop((editor, owner));

        // In the copy, both keys are off because the application is archived.
        let (test, replayed, _folder) = scene.restart(Some(&copy)).await;
        let expected = Replayed {
            deactivated: 1,
            ..Replayed::default()
        };
        assert_eq!(replayed, expected);
        let session = test.sign_in("owner@acme.example").await;
        let app = session.applications().await.expect("read")[0].id;
        let owner = session.owner(app, Origin::default()).await;
        let owner = owner.expect("owns it").fresh_owner().expect("fresh");
        assert_eq!(owner.restore().await.expect("restored"), 1);
        assert_eq!(ask(&test.keyring, &kept), Verdict::Accepted);
        assert_eq!(ask(&test.keyring, &off), Verdict::Inactive);
    }
}

#[tokio::test]
async fn a_forgotten_rotation_of_a_key_ends_it_in_an_archived_application_too() {
    for scene in Scene::all().await {
        let replaced = scene.key().await;
        let editor = scene.editor.clone();
        let owner = editor
            .owner()
            .expect("owns it")
            .fresh_owner()
            .expect("fresh");
        owner.archive().await.expect("archived");
        let copy = scene.folder.path().join("backup");
        back_up(&scene.test.database, &copy).await;
        scene.test.clock.advance(60_000);
        owner.restore().await.expect("restored");
        scene.regenerate(&replaced).await;
        drop((editor, owner));
        let (test, outcome, _folder) = scene.restart(Some(&copy)).await;
        let expected = Replayed {
            retired: 1,
            ..Replayed::default()
        };
        assert_eq!(outcome, expected);
        assert_eq!(ask(&test.keyring, &replaced), Verdict::Inactive);
    }
}
