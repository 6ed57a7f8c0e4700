//! Every value reaches the database as a bound parameter.
//!
//! sqlx accepts a `&'static str` as a statement, or a text wrapped in `AssertSqlSafe`. A statement that is made at run time
//! needs one of the words below.

use std::{fs, path::Path};

/// The crates whose code is shipped or run by developers.
const CRATES: [&str; 12] = [
    "app",
    "client",
    "contract",
    "domain",
    "frontend",
    "management",
    "oidc",
    "server",
    "store",
    "telemetry",
    "verification",
    "xtask",
];

/// The only modules that make statements at run time: they repeat placeholders of a constant statement, or have names of tables
/// and columns in it, which come from the list of tables and the database's schema.
const EXEMPT: [(&str, &str); 4] = [
    ("store/src/copy.rs", "AssertSqlSafe"),
    ("store/src/copy/target.rs", "AssertSqlSafe"),
    ("store/src/database/insert_many.rs", "QueryBuilder"),
    ("store/src/usage/breakdown.rs", "QueryBuilder"),
];

/// Words that make a statement from a text that is not constant.
const FORBIDDEN: [&str; 6] = [
    "AssertSqlSafe",
    "SqlSafeStr",
    "QueryBuilder",
    "Box::leak",
    "String::leak",
    ".leak()",
];

/// Functions of sqlx whose argument must be a constant of `sql.rs` or a variable with one.
const CALLS: [&str; 4] = [
    "sqlx::query(",
    "sqlx::query_as(",
    "sqlx::query_scalar(",
    "sqlx::raw_sql(",
];

/// Macros of the store with such a statement after their first argument.
const MACROS: [&str; 4] = ["execute!(", "change_row!(", "find_row!(", "get_row!("];

#[test]
fn no_statement_is_made_at_run_time() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = 0;
    for name in CRATES {
        check_folder(&root.join(name).join("src"), &mut files);
    }
    assert!(files > 200, "{files} files were read");
}

#[test]
fn statements_made_at_run_time_are_recognized() {
    for source in [
        "sqlx::query(AssertSqlSafe(format!(\"DELETE FROM {table}\")))",
        "sqlx::query(Box::leak(text.into_boxed_str()))",
        "sqlx::raw_sql(text.leak())",
        "let mut builder = QueryBuilder::new(\"SELECT\");",
        "sqlx::query(\"SELECT id FROM person\")",
        "sqlx::query_as(\n    \"SELECT id FROM person\",\n)",
        "sqlx::query_scalar(&format!(\"SELECT {column}\"))",
        "execute!(\n    tx,\n    \"DELETE FROM person\"\n)",
        "find_row!(tx, format!(\"SELECT {column}\"))",
    ] {
        assert!(!faults(source).is_empty(), "{source}");
    }
    for source in [
        "sqlx::query(sql::PING)",
        "sqlx::query_as(statement).bind(app.0)",
        "sqlx::query_as(\n    sql::KEY_BY_ID,\n)",
        "execute!(tx, statement, person.0)",
        "get_row!(\n    tx,\n    sql::KEYS_COUNT_ACTIVE,\n    app.0\n)",
        "// never AssertSqlSafe",
    ] {
        assert_eq!(faults(source), Vec::<String>::new(), "{source}");
    }
}

fn check_folder(folder: &Path, files: &mut usize) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            check_folder(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            *files += 1;
            let source = fs::read_to_string(&path).expect("text");
            let mut faults = faults(&source);
            let exempt = EXEMPT.iter().find(|(file, _)| path.ends_with(file));
            if let Some((_, word)) = exempt {
                assert_eq!(faults, [*word]);
                faults.clear();
            }
            assert!(faults.is_empty(), "{}: {faults:?}", path.display());
        }
    }
}

/// Returns the forbidden words and calls in a source text.
fn faults(source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let mut faults: Vec<String> = FORBIDDEN
        .iter()
        .filter(|word| code.contains(*word))
        .map(|word| (*word).to_owned())
        .collect();
    let after = |call: &'static str| code.split(call).skip(1).map(move |text| (call, text));
    let direct = CALLS.into_iter().flat_map(after);
    let by_macro = MACROS.into_iter().flat_map(after).map(|(call, text)| {
        let statement = text.split_once(',').map_or("", |(_, rest)| rest);
        (call, statement)
    });
    for (call, argument) in direct.chain(by_macro) {
        let argument = argument.trim_start();
        // A constant, a variable, or a macro's parameter.
        if !argument.starts_with(|c: char| c.is_alphabetic() || c == '$')
            || argument.starts_with("format!")
        {
            let start: String = argument.chars().take(40).collect();
            faults.push(format!("{call}{start}"));
        }
    }
    faults
}
