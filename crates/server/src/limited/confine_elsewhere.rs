//! Giving up what reading a file does not need, where only the bounds of POSIX are known.

use super::wire::Request;
use rustix::process::{Resource, Rlimit, setrlimit};
use terrane_model::{Error, Result};

/// Sets the bounds of the process.
pub fn confine(request: &Request) -> Result<()> {
    let bound = |of, most| {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(of, limit).map_err(Error::internal)
    };
    bound(Resource::Core, 0)?;
    bound(Resource::Cpu, request.seconds)?;
    bound(Resource::Fsize, request.file_bytes)?;
    bound(Resource::Data, request.memory_bytes)
}
