//! The catalogue's records as JSON: what a ledger keeps.
