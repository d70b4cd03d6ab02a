//! Who is asking.

/// Who is asking. Accounts and grants narrow this later; today everything published is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Anybody.
    Public,
    /// The person at this machine, through the command line or the local socket.
    Operator,
}
