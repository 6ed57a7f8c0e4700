//! The page that was wanted before a sign-in that fails.

use super::Setup;
use app::routes;
use domain::time::MINUTE;
use test_server::{OWNER, PASSWORD};

#[tokio::test]
async fn after_single_sign_on_failed_every_sign_in_still_leads_to_the_wanted_page() {
    let setup = Setup::new().await;
    let app = setup.application().await;
    let wanted = format!("/apps/{app}/settings/api-keys?tab=all");
    let begin = routes::single_sign_on("", &wanted);
    let after = |why| routes::after_single_sign_on("/sign-in", why, &wanted);
    let mut browser = setup.browser();
    // The provider is down before the browser goes there, declines, or is down when the browser comes back.
    setup.provider.set(|script| script.status = Some(503));
    let answer = browser.get(&begin).await;
    assert_eq!(answer.header("location"), after("unavailable"));
    setup.advance(MINUTE);
    setup.provider.set(|script| script.status = None);
    let callback = browser.begin(&begin).await;
    let declined = callback.replace("code=", "error=access_denied&x=");
    let answer = browser.finish(&declined).await;
    assert_eq!(answer.header("location"), after("declined"));
    let callback = browser.begin(&begin).await;
    setup.provider.set(|script| script.status = Some(500));
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.header("location"), after("unavailable"));

    let page = browser.get(answer.header("location")).await;
    for shown in [
        format!("name=\"next\" value=\"{wanted}\""),
        format!("href=\"{begin}\""),
    ] {
        assert!(page.body.contains(&shown), "{shown} in {}", page.body);
    }
    let password = PASSWORD.replace(' ', "+");
    let next = routes::escape(&wanted);
    let form = format!("email={OWNER}&password={password}&next={next}");
    let answer = browser.post("sign_in", &form).await;
    assert_eq!(answer.header("location"), wanted);
}

#[tokio::test]
async fn a_response_to_another_request_does_not_lead_to_the_page_that_this_browser_wanted() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.begin("/sign-in/oidc?next=/profile").await;
    let callback = "/sign-in/oidc/callback?code=x&state=y";
    let answer = browser.finish(callback).await;
    assert_eq!(answer.header("location"), "/sign-in?sso=expired");
}
