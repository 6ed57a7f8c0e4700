//! Several nodes that share a database.

/// How many nodes reject a key, and how long the last one took.
pub fn rejected(confirmed: usize, nodes: usize, elapsed_ms: i64) -> String {
    on_nodes("Rejected", confirmed, nodes, elapsed_ms)
}
/// The same for the keys of an application.
pub fn keys_rejected(confirmed: usize, nodes: usize, elapsed_ms: i64) -> String {
    on_nodes("Its keys are rejected", confirmed, nodes, elapsed_ms)
}
/// The same for a key that was restricted.
pub fn in_effect(confirmed: usize, nodes: usize, elapsed_ms: i64) -> String {
    on_nodes("In effect", confirmed, nodes, elapsed_ms)
}

fn on_nodes(what: &str, confirmed: usize, nodes: usize, elapsed_ms: i64) -> String {
    let elapsed = match elapsed_ms {
        0..1_000 => format!("{elapsed_ms} ms"),
        // In tenths.
        _ => format!("{}.{} s", elapsed_ms / 1_000, elapsed_ms % 1_000 / 100),
    };
    let on = format!("{what} on {confirmed} of {nodes} nodes after {elapsed}.");
    match nodes.saturating_sub(confirmed) {
        0 => on,
        1 => format!("{on} {SILENT_ONE}"),
        others => format!("{on} {}", silent(others)),
    }
}

const SILENT_ONE: &str = "The other one didn't respond and accepts no keys until it is up to date.";
fn silent(others: usize) -> String {
    format!("The other {others} didn't respond and accept no keys until they are up to date.")
}

/// Shown while a change waits for nodes.
pub fn waiting(names: &[String], seconds: i64) -> String {
    let names = names.join(", ");
    match seconds {
        ..=0 => format!("Waiting for {names}…"),
        _ => format!("Waiting for {names} to respond, {seconds} s at most…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_and_the_nodes_that_did_not_respond_are_told() {
        assert_eq!(rejected(3, 3, 41), "Rejected on 3 of 3 nodes after 41 ms.");
        assert_eq!(
            in_effect(2, 3, 31_549),
            "In effect on 2 of 3 nodes after 31.5 s. The other one didn't respond and accepts no keys until it is up to date."
        );
        assert_eq!(
            keys_rejected(1, 3, 1_000),
            "Its keys are rejected on 1 of 3 nodes after 1.0 s. The other 2 didn't respond and accept no keys until they are up to date."
        );
    }
}
