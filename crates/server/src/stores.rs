//! The list of stores and openers: the only place that names them.

use crate::config::Config;
use crate::limited::{Bounds, LimitedPreparer};
use std::path::Path;
use std::sync::Arc;
use terrane_engine::import::Preparer;
use terrane_engine::{Cache, Engine, Policy};
use terrane_model::ledger::{Change, Commit, Expect, Ledger, Shelf};
use terrane_model::limits::Limits;
use terrane_model::outgoing::Outgoing;
use terrane_model::store::{Opener, Store};
use terrane_model::{Error, Result};
use terrane_protocols::check::Checker;
use terrane_store_embedded::EmbeddedStore;
use terrane_store_files::FileOpener;
use terrane_store_remote::{Client, Rules};

pub use terrane_store_embedded::check_is_data_folder;

/// A data folder at work, held until this is dropped.
pub struct Node {
    /// What answers and publishes.
    pub engine: Arc<Engine>,
    /// What keeps the data.
    pub store: Arc<EmbeddedStore>,
    /// What checks services for people.
    pub checker: Arc<Checker>,
    preparer: Arc<LimitedPreparer>,
    outgoing: Arc<Client>,
}

impl Node {
    /// Opens a data folder and holds it.
    pub fn open(folder: &Path, config: &Config) -> Result<Self> {
        let store = Arc::new(EmbeddedStore::open(folder)?);
        let key = cursor_key(store.ledger())?;
        let preparer = Arc::new(LimitedPreparer::default());
        let engine = Engine::new(Arc::clone(&store) as Arc<dyn Store>, Vec::new(), Limits::default(), key)?
            .with_preparer(Arc::clone(&preparer) as Arc<dyn Preparer>)
            .with_fonts(&[folder.join("fonts")])
            .with_cache(Cache::new(folder, this_program()));
        let contact = config.server.public_url.as_ref().or(config.site.operator.url.as_ref());
        let outgoing = Arc::new(Client::new(Rules::default(), contact.map_or("", String::as_str)));
        let checker = Arc::new(Checker::new(Arc::clone(&outgoing) as Arc<dyn Outgoing>, 0));
        let node = Self { engine: Arc::new(engine), store, checker, preparer, outgoing };
        node.settle(config);
        Ok(node)
    }

    /// The one way out.
    pub fn outgoing(&self) -> Arc<dyn Outgoing> {
        Arc::clone(&self.outgoing) as Arc<dyn Outgoing>
    }

    /// Takes over what the settings say, from now on.
    pub fn settle(&self, config: &Config) {
        let policy = Policy { editions_kept: config.editions.keep, quota_bytes: config.quota.bytes };
        self.engine.set_policy(policy);
        // What cannot be read was refused with the settings.
        self.outgoing.settle(Rules::parse(&config.outgoing.allow).unwrap_or_default());
        self.checker.settle(config.outgoing.checks_per_hour);
        self.preparer.set_bounds(Bounds {
            memory_bytes: config.import.memory_bytes,
            seconds: config.import.time_seconds,
            file_bytes: config.import.file_bytes,
        });
    }
}

/// This program and no other build of it: another may draw another way, and what it has drawn is not taken for this one's.
fn this_program() -> String {
    let about = std::env::current_exe().and_then(std::fs::metadata);
    let made = about.map(|about| format!("{} {:?}", about.len(), about.modified().ok()));
    format!("{} {}", env!("CARGO_PKG_VERSION"), made.unwrap_or_default())
}

/// What reads strangers' files.
pub fn openers() -> Vec<Arc<dyn Opener>> {
    vec![Arc::new(FileOpener)]
}

/// An engine that only looks at a data folder, also while a server holds it. Nothing can be published through it.
pub fn engine_reading(folder: &Path) -> Result<Engine> {
    let store = EmbeddedStore::open_reading(folder)?;
    let engine = Engine::new(Arc::new(store), Vec::new(), Limits::default(), [0; 32])?;
    Ok(engine.with_fonts(&[folder.join("fonts")]))
}

/// What asks other servers for a command: public ones, and those that are allowed, by commas.
pub fn outgoing(allow: &str) -> Result<Client> {
    let rules = Rules::parse(allow).ok_or_else(|| {
        let say = format!("“{allow}” is no list of servers; write addresses such as 127.0.0.1:8080 or 10.1.0.0/16.");
        Error::invalid(say).at("--allow")
    })?;
    Ok(Client::new(rules, ""))
}

/// The node's own key for cursors, made once.
fn cursor_key(ledger: &dyn Ledger) -> Result<[u8; 32]> {
    const NAME: &str = "cursor-key";
    if let Some(record) = ledger.read(Shelf::Setting, NAME)? {
        return unhex(&record.body).ok_or_else(|| Error::internal("the cursor key in the ledger is damaged"));
    }
    // Two random UUIDs hold 244 random bits, which is what a key of this use needs.
    let mut key = [0; 32];
    key[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    key[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    let body = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let change = Change { shelf: Shelf::Setting, id: NAME.to_owned(), expect: Expect::Nothing, body: Some(body) };
    let at = terrane_engine::publish::now();
    ledger.commit(&Commit { changes: vec![change], who: "terrane".to_owned(), why: "first start".to_owned(), at })?;
    Ok(key)
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> =
        (0..32).map(|at| text.get(at * 2..at * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
    bytes?.try_into().ok()
}
