//! The list of stores and openers: the only place that names them.

use std::path::Path;
use std::sync::Arc;
use terrane_engine::Engine;
use terrane_model::ledger::{Change, Commit, Expect, Ledger, Shelf};
use terrane_model::limits::Limits;
use terrane_model::store::{Opener, Store};
use terrane_model::{Error, Result};
use terrane_store_embedded::EmbeddedStore;
use terrane_store_files::FileOpener;

pub use terrane_store_embedded::check_is_data_folder;

/// An engine over a data folder, which is held until the engine is dropped.
pub fn engine(folder: &Path) -> Result<Engine> {
    let store = EmbeddedStore::open(folder)?;
    let key = cursor_key(store.ledger())?;
    let openers: Vec<Arc<dyn Opener>> = vec![Arc::new(FileOpener)];
    let engine = Engine::new(Arc::new(store), openers, Limits::default(), key)?;
    Ok(engine.with_fonts(&[folder.join("fonts")]))
}

/// An engine that only looks at a data folder, also while a server holds it. Nothing can be published through it.
pub fn engine_reading(folder: &Path) -> Result<Engine> {
    let store = EmbeddedStore::open_reading(folder)?;
    let engine = Engine::new(Arc::new(store), Vec::new(), Limits::default(), [0; 32])?;
    Ok(engine.with_fonts(&[folder.join("fonts")]))
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
