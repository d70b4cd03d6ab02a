//! The settings of a running server: read again when told, swapped whole, the old ones kept when the file is broken.

use super::{Config, Origin, keys};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use terrane_model::{Error, Result};

/// Options of a command that go before the file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--listen`.
    pub listen: Option<SocketAddr>,
    /// `--public-url`.
    pub public_url: Option<String>,
}

impl Options {
    fn apply(&self, mut config: Config) -> Config {
        if let Some(listen) = self.listen {
            config.server.listen = listen;
            config.origins.insert((keys::LISTEN.section, keys::LISTEN.name), Origin::Option("--listen"));
        }
        if let Some(url) = &self.public_url {
            config.server.public_url = Some(url.clone());
            config.origins.insert((keys::PUBLIC_URL.section, keys::PUBLIC_URL.name), Origin::Option("--public-url"));
        }
        config
    }
}

/// Settings that may change while the program runs.
pub struct Live {
    folder: PathBuf,
    options: Options,
    now: RwLock<Arc<Config>>,
}

impl Live {
    /// Reads the settings of a data folder for the first time.
    pub fn read(folder: &Path, options: Options) -> Result<Self> {
        let now = RwLock::new(Arc::new(options.apply(super::read(folder)?)));
        Ok(Self { folder: folder.to_owned(), options, now })
    }

    /// What is in force now. Take it once for a piece of work, so that all of it goes by the same settings.
    pub fn now(&self) -> Arc<Config> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the file again and returns what has changed, in words. What is wrong is told, and then nothing has changed.
    pub fn reload(&self) -> Result<Vec<String>> {
        if self.folder.join(super::FILE).symlink_metadata().is_err() {
            let say = "The file is gone. Put it back, or an empty one when all shall be as usual.";
            return Err(Error::not_found(say).at(self.folder.join(super::FILE).display().to_string()));
        }
        let (old, read) = (self.now(), self.options.apply(super::read(&self.folder)?));
        let mut changes = changes(&old, &read);
        let mut new = read;
        if new.server.listen != old.server.listen {
            // The listener stays where it is until a restart.
            new.server.listen = old.server.listen;
            new.origins.insert((keys::LISTEN.section, keys::LISTEN.name), old.origin(&keys::LISTEN));
            changes.retain(|change| !change.starts_with(&keys::LISTEN.path()));
            changes.push(format!("{} was changed in the file and takes a restart", keys::LISTEN.path()));
        }
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(changes)
    }
}

fn changes(old: &Config, new: &Config) -> Vec<String> {
    let (old, new) = (old.rows(), new.rows());
    let changed = old.into_iter().zip(new).filter(|((_, old), (_, new))| old != new);
    changed.map(|((key, old), (_, new))| format!("{} from {old} to {new}", key.path())).collect()
}
