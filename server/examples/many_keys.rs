//! Generates keys with secrets for a benchmark, the same every time: SQL for a new SQLite database with one application on
//! standard output, and the pairs of key id and secret in a file, one per line, separated by a space.

use domain::key::{
    Environment,
    token::{KeyId, format_secret},
};
use std::{
    error::Error,
    fmt::Write as _,
    fs::File,
    io::{self, BufWriter, Write},
};
use verification::{Entropy, Pepper, SeededEntropy};

/// Rows of one statement.
const CHUNK: usize = 500;

const BEGIN: &str = "PRAGMA synchronous = OFF;\nPRAGMA cache_size = -1048576;\nBEGIN;\n";
const KEYS: &str = "INSERT INTO api_key (id, account_id, application_id, name, folded_name, description, environment, scopes, \
                    ip_rules, expires_at, created_at, created_by, idempotency_key, revoked_at, revoked_reason)\n\
                    SELECT k.column1, a.account_id, a.id, 'service ' || k.column2, 'service ' || k.column2, '', 'live', \
                    'invoice:read payment-intent:create payment-intent:read', '', 4102444800000, a.created_at, \
                    (SELECT id FROM person LIMIT 1), randomblob(16), NULL, '' FROM application a, (VALUES ";
const SECRETS: &str = "INSERT INTO key_secret (id, key_id, digest, pepper, created_at) VALUES ";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(keys), Some(pairs), Ok(pepper)) = (
        arguments.next(),
        arguments.next(),
        std::env::var("LATCHKEY_PEPPER"),
    ) else {
        return Err("usage: LATCHKEY_PEPPER=… many_keys KEYS PAIRS_FILE".into());
    };
    let keys: usize = keys.parse()?;
    let pepper = Pepper::parse_base64(&pepper)?;
    let name = pepper.name();
    let entropy = SeededEntropy::new(1);
    let mut pairs = BufWriter::new(File::create(pairs)?);
    let mut sql = BufWriter::new(io::stdout().lock());
    sql.write_all(BEGIN.as_bytes())?;
    for first in (0..keys).step_by(CHUNK) {
        let (mut ids, mut secrets) = (String::new(), String::new());
        for n in first..keys.min(first + CHUNK) {
            let (mut number, mut random) = ([0; 16], [0; 32]);
            entropy.fill(&mut number);
            entropy.fill(&mut random);
            let id = KeyId::from_number(Environment::Live, u128::from_be_bytes(number));
            let secret = format_secret(Environment::Live, &random);
            writeln!(pairs, "{id} {secret}")?;
            let gap = if n == first { "" } else { "," };
            write!(ids, "{gap}('{id}',{n})")?;
            let digest = hex::encode(pepper.digest(id, &secret));
            write!(
                secrets,
                "{gap}(randomblob(16),'{id}',x'{digest}','{name}',0)"
            )?;
        }
        writeln!(sql, "{KEYS}{ids}) k;\n{SECRETS}{secrets};")?;
    }
    sql.write_all(b"COMMIT;\n")?;
    Ok(())
}
