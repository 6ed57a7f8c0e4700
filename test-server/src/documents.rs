//! What holds for every page of the server, in every response of every test.

use crate::Answer;

/// Checks that a page has one title, and that it says something (WCAG 2.2, 2.4.2).
pub(crate) fn check(path: &str, answer: &Answer) {
    let is_html = answer.header("content-type").starts_with("text/html");
    if !is_html || !answer.body.contains("<html") {
        return;
    }
    let head = answer.body.split("</head>").next().unwrap_or_default();
    let titles: Vec<&str> = head.split("<title>").skip(1).collect();
    let [title] = titles[..] else {
        panic!("{path} ({}) has {} titles", answer.status, titles.len());
    };
    let text = title.split("</title>").next().unwrap_or_default();
    assert!(
        !text.trim().is_empty(),
        "{path} ({}) has no title",
        answer.status
    );
}
