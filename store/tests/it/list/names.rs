//! Names in any script: searched for in any case, and sorted alike on both databases.

use crate::keys::{AccountFixture, NOW, draft, id};
use domain::{
    audit::Action,
    key::{
        filter::{KeyCursor, KeyFilter, KeyQuery, KeyTotal, Order, Sort},
        name::KeyName,
        token::KeyId,
    },
    name::folded,
};
use testing::{TestDatabase, each_database};

/// Returns the filter of a search for keys with a status, which may be empty.
fn search_for(text: &str, status: &str) -> KeyFilter {
    KeyFilter::parse("all", text, status, "", "", "", "")
}

each_database!(a_search_finds_names_in_any_case_composition_and_width);
async fn a_search_finds_names_in_any_case_composition_and_width(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    for (n, name) in [
        (1, "Straße Ñandú ΣΊΣΥΦΟΣ"),
        (2, "ﬁlter ＡＢＣ"),
        (3, "100％ İzmir"),
        (4, "Nandu"),
        (5, "می\u{200C}خواهم"),
    ] {
        fixture.insert(n, name, n, NOW).await;
    }
    for (text, expected) in [
        ("ñandú", &[1][..]),
        ("N\u{303}ANDU\u{301}", &[1]),
        ("nandu", &[4]),
        ("σίσυφος", &[1]),
        ("ΣΊΣΥΦΟΣ", &[1]),
        ("strasse", &[1]),
        ("STRASSE Ñ", &[1]),
        ("ñandú σίσυφος", &[1]),
        ("filter", &[2]),
        ("abc", &[2]),
        ("100%", &[3]),
        ("İZMIR", &[3]),
        ("میخواهم", &[5]),
        // Too short for an index of trigrams.
        ("ÑA", &[1]),
        ("ς", &[1]),
        ("ß", &[1]),
        ("FI", &[2]),
        ("ａｂ", &[2]),
        ("％", &[3]),
        ("＿", &[]),
        // Nothing is left of it.
        ("\u{200D}", &[1, 2, 3, 4, 5]),
    ] {
        let expected: Vec<_> = expected.iter().map(|n| id(*n)).collect();
        for status in ["", "active"] {
            let filter = search_for(text, status);
            let count = fixture.store.count_keys(fixture.app, &filter, NOW).await;
            let total = KeyTotal {
                count: i64::try_from(expected.len()).expect("small"),
                more: false,
            };
            assert_eq!(count.expect("counted"), total, "{text:?} {status}");
            let mut found = fixture.ids(filter, NOW).await;
            found.sort_unstable();
            assert_eq!(found, expected, "{text:?} {status}");
        }
    }
}

each_database!(a_key_with_another_name_is_found_by_that_in_any_case);
async fn a_key_with_another_name_is_found_by_that_in_any_case(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    fixture.insert(1, "Straße", 1, NOW).await;
    let event = fixture.event(Action::KeyChanged, &id(1).to_string(), NOW);
    // The same name for a search.
    for name in ["STRASSE", "Œuvre"] {
        let changed = fixture.change_key(1, &draft(name), &event).await;
        changed.expect("renamed");
        let found = fixture.ids(search_for(&name.to_lowercase(), ""), NOW).await;
        assert_eq!(found, [id(1)], "{name}");
    }
    let before = fixture.ids(search_for("straße", ""), NOW).await;
    assert!(before.is_empty());
}

/// Some are equal to others when folded. A cursor contains the whole name.
const NAMES: [&str; 20] = [
    "Äpfel",
    "äpfel",
    "A\u{308}pfel",
    "Apfel",
    "Zebra",
    "zebra",
    "Straße",
    "STRASSE",
    "Straßf",
    "Ñandú",
    "ñandu",
    "ΣΊΣΥΦΟΣ",
    "σίσυφος",
    "İzmir",
    "Ｆｉｌｔｅｒ",
    "ﬁlter",
    "🦀 1.0",
    "日本 100%_\\",
    "می\u{200C}خواهم",
    "\u{FFFD}",
];

each_database!(names_are_sorted_by_their_folded_form_on_pages_without_gaps_or_duplicates);
async fn names_are_sorted_by_their_folded_form_on_pages_without_gaps_or_duplicates(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    // The name that is the longest when folded.
    let longest = "\u{FDFA}".repeat(KeyName::MAX_CHARS);
    let names = NAMES.into_iter().chain([longest.as_str()]);
    let mut expected = Vec::new();
    for (n, name) in (1..).zip(names) {
        fixture.insert(n, name, n, NOW).await;
        expected.push((folded(name), id(n)));
    }
    expected.sort_unstable();
    let mut expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
    for descending in [false, true] {
        let order = Order {
            by: Sort::Name,
            descending,
        };
        for filter in [KeyFilter::default(), search_for("", "active")] {
            let page = async |cursor: Option<KeyCursor>| {
                // As encoded in a link.
                let cursor = cursor.map(|cursor| cursor.to_param());
                let query = KeyQuery {
                    filter: filter.clone(),
                    order,
                    cursor: cursor.and_then(|text| KeyCursor::parse(&text, order)),
                };
                let page = fixture.store.keys_at_most(fixture.app, &query, 2, NOW);
                let page = page.await.expect("page");
                let ids: Vec<_> = page.rows.iter().map(|key| key.id).collect();
                (ids, page.previous, page.next)
            };
            let mut forward = Vec::<KeyId>::new();
            let mut next = None;
            let (mut backward, mut previous) = loop {
                let (ids, before, after) = page(next).await;
                forward.extend(&ids);
                if after.is_none() {
                    break (ids, before);
                }
                assert!(forward.len() < expected.len(), "{order:?} {filter:?}");
                next = after;
            };
            assert_eq!(forward, expected, "{order:?} {filter:?}");
            while previous.is_some() {
                assert!(backward.len() < expected.len(), "{order:?} {filter:?}");
                let (ids, before, _) = page(previous).await;
                backward.splice(0..0, ids);
                previous = before;
            }
            assert_eq!(backward, expected, "{order:?} {filter:?}");
        }
        expected.reverse();
    }
}
