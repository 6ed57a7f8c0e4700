//! Rules of the filter, the order and the cursors of the key list.

use super::*;
use crate::time::DAY;

#[test]
fn a_cursor_is_parsed_back_and_invalid_text_is_not() {
    let by_name = Order::default_for(Sort::Name);
    for (sort_key, order) in [
        (SortKey::Number(-5), Order::default()),
        (SortKey::Text("a. b.ü".into()), by_name),
        (SortKey::Text(String::new()), by_name),
    ] {
        let cursor = KeyCursor {
            sort_key,
            id: "akl_abc".into(),
            back: true,
        };
        assert_eq!(KeyCursor::parse(&cursor.to_param(), order), Some(cursor));
    }
    for invalid in ["", "x1.a", "f.a", "f1", "f1.a b", "ü1.a", "fname.akl_abc"] {
        let parsed = KeyCursor::parse(invalid, Order::default());
        assert_eq!(parsed, None, "{invalid}");
    }
}

#[test]
fn a_group_and_a_search_do_not_count_as_conditions() {
    let filter = KeyFilter {
        search: "checkout".into(),
        group: Some(KeyGroup::Active),
        ..KeyFilter::default()
    };
    assert!(filter.is_narrow() && !filter.has_conditions());
    let filter = KeyFilter {
        status: Some(StatusFilter::Active),
        ..filter
    };
    assert!(filter.has_conditions());
}

#[test]
fn each_group_has_a_number_of_keys() {
    let numbers = GroupCounts {
        active: 2,
        attention: 3,
        ended: 5,
        all: 7,
    };
    let [active, attention, ended] = [KeyGroup::Active, KeyGroup::Attention, KeyGroup::Ended]
        .map(|group| numbers.of(Some(group)));
    assert_eq!((active, attention, ended, numbers.of(None)), (2, 3, 5, 7));
}

#[test]
fn a_second_click_reverses_the_order() {
    let order = Order::default().clicked(Sort::Name);
    assert_eq!((order.by, order.direction()), (Sort::Name, "asc"));
    assert_eq!(order.clicked(Sort::Name).direction(), "desc");
    assert_eq!(Order::parse("name", "desc"), order.clicked(Sort::Name));
    assert_eq!(Order::parse("no such column", ""), Order::default());
}

#[test]
fn unknown_values_do_not_filter() {
    assert!(!KeyFilter::parse("all", " ", "x", "y", "z", "invoice:*", "me").is_narrow());
    assert!(KeyFilter::parse("all", "", "", "", "idle", "", "").is_narrow());
}

#[test]
fn a_filter_is_parsed_from_its_link_values() {
    let person = PersonId(uuid::Uuid::from_u128(7));
    let filter = KeyFilter::parse(
        "",
        " shop ",
        "revoked",
        "test",
        "idle",
        "tax:read",
        &person.to_string(),
    );
    let expected = KeyFilter {
        group: None,
        search: "shop".into(),
        status: Some(StatusFilter::Revoked),
        environment: Some(Environment::Test),
        condition: Some(KeyCondition::Idle),
        scope: Scope::parse("tax:read").ok(),
        created_by: Some(person),
    };
    assert_eq!(filter, expected);
    assert_eq!(StatusFilter::parse("Revoked"), None);
}

#[test]
fn the_list_shows_active_keys_unless_it_is_filtered_otherwise() {
    let group = |group, search| KeyFilter::parse(group, search, "", "", "", "", "").group;
    assert_eq!(group("", ""), Some(KeyGroup::Active));
    assert_eq!(group("nonsense", " "), Some(KeyGroup::Active));
    assert_eq!(group("", "shop"), None);
    assert_eq!(group("active", "shop"), Some(KeyGroup::Active));
    assert_eq!(group("attention", ""), Some(KeyGroup::Attention));
    assert_eq!(group("ended", ""), Some(KeyGroup::Ended));
    assert_eq!(group(KeyGroup::ALL, ""), None);
    assert!(!KeyFilter::parse("", "", "", "", "", "", "").narrows_group());
    assert!(KeyFilter::parse("active", "", "revoked", "", "", "", "").narrows_group());
}

#[test]
fn a_first_click_sorts_by_the_newest_the_last_used_the_name_or_the_next_to_expire() {
    for (by, direction) in [
        (Sort::Created, "desc"),
        (Sort::Used, "desc"),
        (Sort::Name, "asc"),
        (Sort::Expires, "asc"),
    ] {
        let order = Order::default_for(by);
        assert_eq!((order.by, order.direction()), (by, direction));
        assert_eq!(Order::parse(by.as_str(), ""), order);
        assert!(!Order::parse(by.as_str(), "asc").descending);
        assert!(Order::parse(by.as_str(), "desc").descending);
    }
}

#[test]
fn the_id_of_a_cursor_has_at_most_64_letters_digits_and_underscores() {
    for (id, valid) in [
        ("a".repeat(64), true),
        ("a".repeat(65), false),
        ("akl_A9".to_owned(), true),
        ("akl-A9".to_owned(), false),
    ] {
        let cursor = KeyCursor::parse(&format!("f1.{id}"), Order::default());
        assert_eq!(cursor.is_some(), valid, "{id}");
    }
}

#[test]
fn a_query_of_a_condition_starts_at_its_first_key() {
    let now = Timestamp(20_780 * DAY);
    for (condition, by, before) in [
        (KeyCondition::Retiring, Sort::Created, None),
        (KeyCondition::ExpiresSoon, Sort::Expires, Some(now.0)),
        (KeyCondition::NeverUsed, Sort::Used, None),
        (KeyCondition::Idle, Sort::Used, Some(1)),
        (KeyCondition::NotConfirmed, Sort::Used, None),
        (KeyCondition::NeverExpires, Sort::Created, None),
        (KeyCondition::AnyAddress, Sort::Created, None),
        (KeyCondition::Old, Sort::Created, None),
    ] {
        let query = KeyQuery::in_condition(condition, now);
        assert_eq!(query.filter.condition, Some(condition));
        let order = query.order;
        assert_eq!((order.by, order.descending), (by, by == Sort::Created));
        let cursor = query.cursor.map(|cursor| (cursor.sort_key, cursor.back));
        assert_eq!(cursor, before.map(|at| (SortKey::Number(at), false)));
    }
}
