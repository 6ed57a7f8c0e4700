//! What a violation leaves behind.

use anyhow::Result;

use crate::history::{
    cluster::Cluster,
    load::{Found, Load, lock},
};

/// Describes what a violation left behind: how the revocation was acknowledged, the rows of the database, what each node answers
/// now, and the ends of the nodes' logs.
pub fn describe(cluster: &mut Cluster, load: &Load, found: &Found) -> Result<String> {
    let key = &found.key;
    let id = &key.credentials.id;
    let mut lines = vec![
        format!("key {id}, {:?}", found.violation),
        format!("acknowledged: {:?}", key.acknowledgement.get()),
        format!("{:?}", lock(&key.register)),
        format!("the nodes answer now: {:?}", load.answers(key)),
    ];
    for (name, query) in [
        ("key", format!("SELECT * FROM api_key WHERE id = '{id}'")),
        (
            "changes",
            format!("SELECT * FROM change WHERE key_id = '{id}'"),
        ),
        (
            "audit log",
            format!("SELECT * FROM audit WHERE target = '{id}'"),
        ),
        ("nodes", "SELECT * FROM node".to_owned()),
        ("head", "SELECT * FROM change_head".to_owned()),
    ] {
        let rows = cluster.database.query(&query);
        lines.push(match rows {
            Ok(rows) => format!("{name}:\n{rows}"),
            Err(error) => format!("{name}: {error:#}"),
        });
    }
    for (number, node) in cluster.nodes.iter_mut().enumerate() {
        let log = node.server()?.log();
        lines.push(format!("the log of node {}:\n{log}", number + 1));
    }
    Ok(lines.join("\n"))
}
