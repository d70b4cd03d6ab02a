//! The node as protocols see it: the engine, its public address, and who runs it.

use super::kept::Kept;
use crate::check::Checker;
use std::sync::Arc;
use terrane_engine::Engine;
use terrane_model::about::Party;
use terrane_model::tiling::TileSets;
use terrane_model::{DatasetId, Instant, LocalText};

/// What every handler is given.
#[derive(Clone)]
pub struct Site {
    /// Where questions go.
    pub engine: Arc<Engine>,
    /// What the site says of itself.
    pub about: Arc<SiteAbout>,
    /// How the ground is cut into tiles.
    pub sets: Arc<TileSets>,
    /// Checks services of others for people; nothing where nobody may have one checked.
    pub checker: Option<Arc<Checker>>,
    /// Pages of many tables, kept for all who ask for them.
    pub kept: Arc<Kept>,
    /// Since when the site says what it says of itself and cuts the ground so.
    pub since: Instant,
}

/// What the site says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteAbout {
    /// The only source of links: scheme, host and path prefix, without a slash at the end.
    pub public_url: String,
    /// The node's title.
    pub title: LocalText,
    /// What it is for.
    pub description: LocalText,
    /// Who runs it.
    pub operator: Party,
}

impl SiteAbout {
    /// All its texts: what answers show of it, so that their state can name it.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let operator = &self.operator;
        let local = [&self.title, &self.description, &operator.name].into_iter();
        let local = local.flat_map(|text| text.iter().flat_map(|(language, text)| [language, text]));
        [Some(self.public_url.as_str()), operator.url.as_deref(), operator.email.as_deref()]
            .into_iter()
            .map(Option::unwrap_or_default)
            .chain(local)
    }
}

impl Site {
    /// A site with the usual tiles, that checks nothing for others and is as it always was.
    pub fn new(engine: Arc<Engine>, about: SiteAbout) -> Self {
        let (about, sets, kept) = (Arc::new(about), Arc::default(), Arc::default());
        Self { engine, about, sets, checker: None, kept, since: Instant(0) }
    }

    /// An absolute address of this site; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.about.public_url)
    }

    /// Since when everything here is as it is, to the second.
    pub fn changed(&self) -> Instant {
        self.since.max(self.engine.catalogue().made())
    }

    /// The address of a dataset's page.
    pub fn page_url(&self, id: &DatasetId) -> String {
        self.url(&format!("/d/{id}"))
    }

    /// The address of a collection.
    pub fn collection_url(&self, id: &DatasetId) -> String {
        self.url(&format!("/collections/{id}"))
    }
}
