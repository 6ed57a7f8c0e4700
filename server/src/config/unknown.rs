//! Variables that are none of ours, such as a mistyped name.

use super::HELP;

/// A sentence for each variable among `names` that begins as ours do and is not one; it names the nearest one.
pub fn warnings(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let known: Vec<&str> = known().collect();
    let mut warnings: Vec<String> = names
        .into_iter()
        .filter(|name| name.starts_with(PREFIX) && !known.contains(&name.as_str()))
        .filter(|name| !is_service_link(name))
        .map(|name| {
            let nearest = known
                .iter()
                .min_by_key(|known| strsim::damerau_levenshtein(known, &name))
                .copied()
                .unwrap_or_default();
            let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            format!(
                "{shown} is not a variable of latchkey and is ignored; the nearest one is {nearest}"
            )
        })
        .collect();
    warnings.sort_unstable();
    warnings
}

const PREFIX: &str = "LATCHKEY_";

/// The variables that `--help` documents.
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    HELP.lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.starts_with(PREFIX))
}

/// Whether Kubernetes sets it in every pod beside a service with the name `latchkey`.
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

    fn of(names: &[&str]) -> Vec<String> {
        warnings(names.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn an_unknown_variable_is_told_with_the_nearest_known_one() {
        for (name, nearest) in [
            ("LATCHKEY_PUBLIC_ULR", "LATCHKEY_PUBLIC_URL"),
            ("LATCHKEY_PUBLICURL", "LATCHKEY_PUBLIC_URL"),
            ("LATCHKEY_PEPER_FILE", "LATCHKEY_PEPPER_FILE"),
            ("LATCHKEY_TRUSTED_PROXY", "LATCHKEY_TRUSTED_PROXIES"),
            ("LATCHKEY_KEEP_HOUR", "LATCHKEY_KEEP_HOURS"),
            ("LATCHKEY_METRIC_TOKEN_FILE", "LATCHKEY_METRICS_TOKEN_FILE"),
        ] {
            let [warning] = &of(&[name])[..] else {
                panic!("{name} is taken for one of ours");
            };
            assert!(warning.starts_with(&format!("{name} is not")), "{warning}");
            assert!(
                warning.ends_with(&format!("the nearest one is {nearest}")),
                "{warning}"
            );
        }
    }

    #[test]
    fn what_is_known_or_not_ours_is_not_told() {
        assert_eq!(
            of(&[
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
        let warnings = of(&["LATCHKEY_\nLISTEN\u{1b}[2J"]);
        assert!(!warnings[0].contains(char::is_control), "{warnings:?}");
    }
}
