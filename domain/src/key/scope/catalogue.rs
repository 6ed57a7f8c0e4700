//! The catalogue of scopes.

/// A resource of the scope catalogue with its actions.
#[derive(Debug)]
pub struct Resource {
    /// The part before the colon.
    pub name: &'static str,
    /// The heading on pages.
    pub title: &'static str,
    /// The possible parts after the colon.
    pub actions: &'static [&'static str],
}

const READ: &[&str] = &["read"];
const READ_CREATE: &[&str] = &["read", "create"];
const READ_CREATE_UPDATE: &[&str] = &["read", "create", "update"];
const ALL: &[&str] = &["read", "create", "update", "delete"];

/// The scope catalogue in the order of the pages. A scope's index is its bit in a [`ScopeSet`](super::ScopeSet), so scopes are only ever
/// appended.
pub const CATALOGUE: [Resource; 15] = [
    Resource {
        name: "balance",
        title: "Balances",
        actions: READ,
    },
    Resource {
        name: "customer",
        title: "Customers",
        actions: ALL,
    },
    Resource {
        name: "exchange-rate",
        title: "Exchange rates",
        actions: READ,
    },
    Resource {
        name: "health",
        title: "Health",
        actions: READ,
    },
    Resource {
        name: "invoice",
        title: "Invoices",
        actions: ALL,
    },
    Resource {
        name: "liquidation-address",
        title: "Liquidation addresses",
        actions: READ_CREATE_UPDATE,
    },
    Resource {
        name: "payment-intent",
        title: "Payment intents",
        actions: READ_CREATE_UPDATE,
    },
    Resource {
        name: "payment-link",
        title: "Payment links",
        actions: ALL,
    },
    Resource {
        name: "product",
        title: "Products",
        actions: ALL,
    },
    Resource {
        name: "tax",
        title: "Taxes",
        actions: ALL,
    },
    Resource {
        name: "test-payment",
        title: "Test payments",
        actions: READ_CREATE,
    },
    Resource {
        name: "transfer",
        title: "Transfers",
        actions: READ_CREATE,
    },
    Resource {
        name: "wallet",
        title: "Wallets",
        actions: READ_CREATE_UPDATE,
    },
    Resource {
        name: "webhook",
        title: "Webhooks",
        actions: ALL,
    },
    Resource {
        name: "key",
        title: "Key verification",
        actions: &["verify"],
    },
];

/// Returns every scope as (bit, resource, action), in the catalogue's order.
pub fn every_scope() -> impl Iterator<Item = (u32, &'static Resource, &'static str)> {
    CATALOGUE
        .iter()
        .flat_map(|resource| {
            resource
                .actions
                .iter()
                .map(move |action| (resource, *action))
        })
        .zip(0..)
        .map(|((resource, action), bit)| (bit, resource, action))
}
