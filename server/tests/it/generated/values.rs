//! Invalid values, generated from a seed.

use serde_json::{Map, Value, json};
use verification::{Entropy, SeededEntropy};

/// Texts that are known to break programs.
const TEXTS: [&str; 34] = [
    "",
    " ",
    "\0",
    "a\0b",
    "\r\n",
    "\u{1b}[2J",
    "\u{202e}live",
    "\u{200b}",
    "\u{feff}",
    "\u{fffd}",
    "\u{10ffff}",
    "e\u{301}",
    "ﬃ",
    "İ",
    "null",
    "undefined",
    "true",
    "-1",
    "0",
    "1e309",
    "NaN",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "0x10",
    "../../etc/passwd",
    "'; DROP TABLE api_key; --",
    "' OR '1'='1",
    "%00",
    "%",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "2026-02-30",
];

/// A pseudo-random generator.
pub struct Dice(SeededEntropy);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    /// Returns a number below `end`.
    pub fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % u64::try_from(end.max(1)).expect("small"))
            .expect("small")
    }

    /// Returns true once in `n` times.
    pub fn once_in(&self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Returns a text: a known bad one, a long one, or random characters.
    pub fn text(&self) -> String {
        match self.below(8) {
            0 => "x".repeat(self.below(20_000)),
            1 => "ü".repeat(self.below(600)),
            2 | 3 => (0..self.below(40)).map(|_| self.letter()).collect(),
            4 => format!("{}{}", self.pick(&TEXTS), self.pick(&TEXTS)),
            _ => (*self.pick(&TEXTS)).to_owned(),
        }
    }

    fn letter(&self) -> char {
        let number = u32::try_from(self.below(0x11_0000)).expect("small");
        char::from_u32(number).unwrap_or('\u{fffd}')
    }

    /// Returns a value for a schema of `document`: usually a valid one, sometimes one of another type.
    pub fn value(&self, document: &Value, schema: &Value, depth: usize) -> Value {
        let schema = resolve(document, schema);
        if depth > 6 || self.once_in(8) {
            return self.any(depth);
        }
        if let Some(several) = schema["oneOf"]
            .as_array()
            .or_else(|| schema["anyOf"].as_array())
        {
            return self.value(document, self.pick(several), depth + 1);
        }
        if let Some(known) = schema["enum"].as_array() {
            return self.pick(known).clone();
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => vec!["null"],
        };
        match *self.pick(&kinds) {
            "object" => {
                let mut object = Map::new();
                for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                    if !self.once_in(6) {
                        object.insert(name.clone(), self.value(document, schema, depth + 1));
                    }
                }
                if self.once_in(8) {
                    object.insert(self.text(), self.any(depth + 1));
                }
                Value::Object(object)
            }
            "array" => {
                let length = self.below(4);
                (0..length)
                    .map(|_| self.value(document, &schema["items"], depth + 1))
                    .collect()
            }
            "string" => json!(self.text()),
            "integer" | "number" => self.number(),
            "boolean" => json!(self.once_in(2)),
            _ => Value::Null,
        }
    }

    fn number(&self) -> Value {
        match self.below(6) {
            0 => json!(i64::MAX),
            1 => json!(i64::MIN),
            2 => json!(u64::MAX),
            3 => json!(0.5),
            4 => json!(200),
            _ => json!(self.below(700)),
        }
    }

    fn any(&self, depth: usize) -> Value {
        match self.below(7) {
            0 => Value::Null,
            1 => json!(self.once_in(2)),
            2 => self.number(),
            3 if depth < 6 => json!([self.any(depth + 1)]),
            4 if depth < 6 => json!({ self.text(): self.any(depth + 1) }),
            _ => json!(self.text()),
        }
    }
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => resolve(document, document.pointer(&reference[1..]).expect("there")),
        None => schema,
    }
}
