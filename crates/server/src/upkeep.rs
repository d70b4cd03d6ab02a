//! What a server does by itself, on a thread of its own: makes display copies that are missing, writes amended datasets anew, removes
//! what is no longer kept, and lays a copy of the catalogue beside it.

use crate::stores::Node;
use std::sync::Arc;
use std::time::{Duration, Instant};
use terrane_engine::pool::{Cancel, wait};
use terrane_engine::{Caller, Engine};
use terrane_model::{Error, Result};

/// How often it is looked whether there is something to do.
const ROUND: Duration = Duration::from_secs(10);
/// How often old editions are looked for.
const TIDY: Duration = Duration::from_secs(300);
/// How often the catalogue is copied when it has changed.
const COPY: Duration = Duration::from_secs(3_600);

/// Begins, and goes on for as long as the program runs. Killed at any moment, nothing is lost: what was not finished is begun again.
pub fn begin(node: Arc<Node>) -> Result<()> {
    let work = move || {
        copy(&node);
        node.engine.tidy_all(terrane_engine::publish::now());
        rebuild(&node);
        let (mut tidied, mut copied) = (Instant::now(), Instant::now());
        loop {
            std::thread::sleep(ROUND);
            compact(&node);
            if tidied.elapsed() >= TIDY {
                node.engine.tidy_all(terrane_engine::publish::now());
                tidied = Instant::now();
            }
            if copied.elapsed() >= COPY {
                copy(&node);
                copied = Instant::now();
            }
        }
    };
    std::thread::Builder::new().name("upkeep".to_owned()).spawn(work).map(drop).map_err(Error::internal)
}

/// Does a piece of work beside the questions of people, and out of their way.
fn aside(node: &Node, work: impl FnOnce(&Engine, &Cancel) -> Result<bool> + Send + 'static) -> Result<bool> {
    let engine = Arc::clone(&node.engine);
    wait(node.engine.pool().run_aside(move |cancel| work(&engine, cancel)))
}

fn compact(node: &Node) {
    let catalogue = node.engine.catalogue();
    for entry in catalogue.entries(Caller::Operator) {
        let id = &entry.record().about.id;
        let due = node.engine.is_compaction_due(id).and_then(|due| {
            let own = id.clone();
            if due { aside(node, move |engine, cancel| engine.compact(&own, cancel)) } else { Ok(false) }
        });
        match due {
            Ok(true) => tracing::info!(dataset = id.as_str(), "changes were written into a revision of their own"),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(dataset = id.as_str(), ?error, "changes cannot be written into a revision yet");
            }
        }
    }
}

/// Display copies that are missing, as after a restore, or of an older program.
fn rebuild(node: &Node) {
    let catalogue = node.engine.catalogue();
    for entry in catalogue.entries(Caller::Operator) {
        let id = &entry.record().about.id;
        let own = id.clone();
        match aside(node, move |engine, cancel| engine.rebuild(&own, false, cancel)) {
            Ok(true) => tracing::info!(dataset = id.as_str(), "the display copy was made anew"),
            Ok(false) => {}
            Err(error) => tracing::warn!(dataset = id.as_str(), ?error, "the display copy cannot be made"),
        }
    }
}

fn copy(node: &Node) {
    if let Err(error) = node.store.sqlite_ledger().copy_beside() {
        tracing::warn!(?error, "the catalogue cannot be copied beside itself");
    }
}
