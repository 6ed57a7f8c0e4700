//! Unknown variables, such as mistyped names.

use super::variables;

const PREFIX: &str = "LATCHKEY_";
/// Maximum number of characters of an unknown name that are shown.
const MAX_SHOWN_CHARACTERS: usize = 60;

/// Returns a sentence for each name that begins with `LATCHKEY_` and is not a setting; it names the most similar one.
pub fn warnings(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let known = || variables::ALL.into_iter().map(|variable| variable.name);
    let mut warnings: Vec<String> = names
        .into_iter()
        .filter(|name| name.starts_with(PREFIX) && !known().any(|known| known == name))
        .filter(|name| !is_service_link(name))
        .map(|name| {
            let nearest = known()
                .filter(|known| known.starts_with(PREFIX))
                .min_by_key(|known| strsim::damerau_levenshtein(known, &name))
                .unwrap_or_default();
            let shown: String = name
                .chars()
                .filter(|c| !c.is_control())
                .take(MAX_SHOWN_CHARACTERS)
                .collect();
            format!(
                "{shown} is not a variable of latchkey and is ignored; the nearest one is {nearest}"
            )
        })
        .collect();
    warnings.sort_unstable();
    warnings
}

/// Whether Kubernetes sets the variable in every pod because there is a service with the name `latchkey`.
fn is_service_link(name: &str) -> bool {
    let rest = name.strip_prefix(PREFIX).unwrap_or(name);
    rest == "PORT"
        || ["PORT_", "SERVICE_HOST", "SERVICE_PORT"]
            .iter()
            .any(|start| rest.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::warnings;

    fn warnings_of(names: &[&str]) -> Vec<String> {
        warnings(names.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn an_unknown_variable_is_reported_with_the_most_similar_known_one() {
        for (name, nearest) in [
            ("LATCHKEY_PUBLIC_ULR", "LATCHKEY_PUBLIC_URL"),
            ("LATCHKEY_PUBLICURL", "LATCHKEY_PUBLIC_URL"),
            ("LATCHKEY_PEPER_FILE", "LATCHKEY_PEPPER_FILE"),
            ("LATCHKEY_TRUSTED_PROXY", "LATCHKEY_TRUSTED_PROXIES"),
            ("LATCHKEY_KEEP_HOUR", "LATCHKEY_KEEP_HOURS"),
            ("LATCHKEY_METRIC_TOKEN_FILE", "LATCHKEY_METRICS_TOKEN_FILE"),
        ] {
            let [warning] = &warnings_of(&[name])[..] else {
                panic!("{name} is taken for a known variable");
            };
            assert!(warning.starts_with(&format!("{name} is not")), "{warning}");
            assert!(
                warning.ends_with(&format!("the nearest one is {nearest}")),
                "{warning}"
            );
        }
    }

    #[test]
    fn known_variables_and_those_of_other_programs_are_not_reported() {
        assert_eq!(
            warnings_of(&[
                "LATCHKEY_LISTEN",
                "LATCHKEY_DATABASE_URL_FILE",
                "LATCHKEY_LOG_FORMAT",
                "PATH",
                "latchkey_listen",
                "LATCHKEY_PORT",
                "LATCHKEY_PORT_3000_TCP_ADDR",
                "LATCHKEY_SERVICE_HOST",
                "LATCHKEY_SERVICE_PORT_HTTP",
            ]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_warning_is_one_line() {
        let warnings = warnings_of(&["LATCHKEY_\nLISTEN\u{1b}[2J"]);
        assert!(!warnings[0].contains(char::is_control), "{warnings:?}");
    }
}
