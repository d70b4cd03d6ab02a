//! What the operator of a node has settled and may change while it runs.

/// How much is kept, and how much room there is for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Editions of a dataset that are kept, the published one included.
    pub editions_kept: usize,
    /// Bytes that all datasets may take together; no bound without it.
    pub quota_bytes: Option<u64>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { editions_kept: 2, quota_bytes: None }
    }
}
