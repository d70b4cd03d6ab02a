//! Giving up what reading a file does not need: bounds of POSIX, no network and no other program by seccomp, no other file by
//! Landlock where the kernel has it.

use super::bounds;
use super::wire::Request;
use landlock::{
    ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
    path_beneath_rules,
};
use rustix::process::{Resource, nice};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter_all_threads};
use std::collections::BTreeMap;
use std::path::PathBuf;
use terrane_model::{Error, Result};

/// How much the process yields to others, such as a server that answers meanwhile.
const NICENESS: i32 = 5;
/// Files open at once.
const FILES_OPEN_MAX: u64 = 512;

/// System calls that no reader of a file needs: the network, other programs, other processes, the kernel's own affairs.
const REFUSED: [i64; 22] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kill,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_bpf,
    libc::SYS_keyctl,
    libc::SYS_io_uring_setup,
];

/// Confines the process to its request.
pub fn confine(request: &Request) -> Result<()> {
    // Being nice is a courtesy; where it is refused, reading goes on all the same.
    let _ = nice(NICENESS);
    bounds::set(request)?;
    bounds::bound(Resource::Nofile, FILES_OPEN_MAX)?;
    see_only(request)?;
    refuse_calls()
}

/// Nothing but the file with what lies beside it may be read, and nothing but the room be written.
fn see_only(request: &Request) -> Result<()> {
    let abi = ABI::V3;
    // The parts of a shapefile lie beside each other. Links are followed first, because access is to what they lead to.
    let path = std::fs::canonicalize(&request.path).unwrap_or_else(|_| request.path.clone());
    let beside = if path.is_dir() { Some(path) } else { path.parent().map(PathBuf::from) };
    let given = request.path.parent().map(PathBuf::from);
    let readable =
        beside.into_iter().chain(given).chain([PathBuf::from("/usr/share/zoneinfo"), PathBuf::from("/proc/self")]);
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))
        .and_then(Ruleset::create)
        .and_then(|rules| rules.add_rules(path_beneath_rules(readable, AccessFs::from_read(abi))))
        .and_then(|rules| rules.add_rules(path_beneath_rules([&request.room], AccessFs::from_all(abi))));
    ruleset.and_then(landlock::RulesetCreated::restrict_self).map(drop).map_err(Error::internal)
}

fn refuse_calls() -> Result<()> {
    // On a processor that the filter's author does not know, the other bounds must do.
    let Ok(processor) = std::env::consts::ARCH.try_into() else { return Ok(()) };
    let rules: BTreeMap<i64, Vec<_>> = REFUSED.into_iter().map(|call| (call, Vec::new())).collect();
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, processor).map_err(Error::internal)?;
    let program: BpfProgram = filter.try_into().map_err(Error::internal)?;
    apply_filter_all_threads(&program).map_err(Error::internal)
}
