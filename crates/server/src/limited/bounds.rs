//! The bounds that every system of POSIX knows: core dumps, processor time, size of files, memory.

use super::wire::Request;
use rustix::process::{Resource, Rlimit, setrlimit};
use terrane_model::{Error, Result};

/// Sets the bounds of this process.
pub fn set(request: &Request) -> Result<()> {
    bound(Resource::Core, 0)?;
    bound(Resource::Cpu, request.seconds)?;
    bound(Resource::Fsize, request.file_bytes)?;
    bound(Resource::Data, request.memory_bytes)
}

/// Bounds one thing, for good.
pub fn bound(of: Resource, most: u64) -> Result<()> {
    setrlimit(of, Rlimit { current: Some(most), maximum: Some(most) }).map_err(Error::internal)
}
