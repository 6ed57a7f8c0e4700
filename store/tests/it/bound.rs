//! Every value reaches the database as a bound parameter.
//!
//! sqlx takes a `&'static str` as a statement, or a text that `AssertSqlSafe` vouches for. So a statement that was put together at
//! run time needs one of the words below.

use std::{fs, path::Path};

/// The crates whose code is shipped or run by people.
const CRATES: [&str; 9] = [
    "app", "client", "contract", "domain", "frontend", "keyring", "server", "store", "xtask",
];

/// The one module that makes statements: it repeats the row of values of a constant one, with a parameter for each.
const MANY_ROWS: (&str, &str) = ("store/src/many.rs", "QueryBuilder");

/// What makes a statement of a text that is not constant, and what sends one past the parameters.
const FORBIDDEN: [&str; 6] = [
    "AssertSqlSafe",
    "SqlSafeStr",
    "QueryBuilder",
    "Box::leak",
    "String::leak",
    ".leak()",
];

/// Calls of sqlx whose argument has to be a constant of `sql.rs` or a name that holds one.
const CALLS: [&str; 4] = [
    "sqlx::query(",
    "sqlx::query_as(",
    "sqlx::query_scalar(",
    "sqlx::raw_sql(",
];

#[test]
fn no_statement_is_made_at_run_time() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = 0;
    for name in CRATES {
        look(&root.join(name).join("src"), &mut files);
    }
    assert!(files > 200, "{files} files were read");
}

#[test]
fn every_planted_statement_is_found() {
    for source in [
        "sqlx::query(AssertSqlSafe(format!(\"DELETE FROM {table}\")))",
        "sqlx::query(Box::leak(text.into_boxed_str()))",
        "sqlx::raw_sql(text.leak())",
        "let mut builder = QueryBuilder::new(\"SELECT\");",
        "sqlx::query(\"SELECT id FROM person\")",
        "sqlx::query_as(\n    \"SELECT id FROM person\",\n)",
        "sqlx::query_scalar(&format!(\"SELECT {column}\"))",
    ] {
        assert!(!faults(source).is_empty(), "{source}");
    }
    for source in [
        "sqlx::query(sql::PING)",
        "sqlx::query_as(statement).bind(app.0)",
        "sqlx::query_as(\n    sql::KEY_BY_ID,\n)",
        "// never AssertSqlSafe",
    ] {
        assert_eq!(faults(source), Vec::<String>::new(), "{source}");
    }
}

fn look(folder: &Path, files: &mut usize) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            look(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            *files += 1;
            let source = fs::read_to_string(&path).expect("text");
            let mut faults = faults(&source);
            if path.ends_with(MANY_ROWS.0) {
                assert_eq!(faults, [MANY_ROWS.1]);
                faults.clear();
            }
            assert!(faults.is_empty(), "{}: {faults:?}", path.display());
        }
    }
}

/// What is wrong with some code.
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
    for call in CALLS {
        for argument in code.split(call).skip(1) {
            let argument = argument.trim_start();
            // A constant, a name, or a macro's parameter.
            if !argument.starts_with(|c: char| c.is_alphabetic() || c == '$')
                || argument.starts_with("format!")
            {
                faults.push(format!(
                    "{call}{}",
                    argument.chars().take(40).collect::<String>()
                ));
            }
        }
    }
    faults
}
