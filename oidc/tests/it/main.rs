//! Tests against a provider on loopback that signs whatever is asked for.

mod forged;
mod outage;
mod provider;
