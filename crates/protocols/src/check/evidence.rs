//! What was seen while a service was asked. No judgement.

use terrane_formats::services::Service;
use terrane_model::picture::Picture;

/// Everything that was seen.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The address that was typed.
    pub url: String,
    /// Whether TLS was used.
    pub is_secure: bool,
    /// `Access-Control-Allow-Origin` of the capabilities.
    pub shared_with: Option<String>,
    /// What the service said of itself, for each version that was asked.
    pub described: Vec<Described>,
    /// Layers that were drawn.
    pub layers: Vec<LayerSeen>,
    /// What was seen of features.
    pub features: FeaturesSeen,
    /// All questions and how long each took.
    pub questions: Vec<Question>,
    /// Whether time or questions ran out.
    pub is_cut_short: bool,
}

/// A question and its answer's outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What for.
    pub what: String,
    /// The address.
    pub url: String,
    /// The HTTP status; nothing when there was no answer.
    pub status: Option<u16>,
    /// Bytes.
    pub bytes: usize,
    /// Milliseconds.
    pub took_ms: u64,
}

/// A description that was asked for.
#[derive(Debug, Clone)]
pub struct Described {
    /// The service that was asked for.
    pub service: &'static str,
    /// The version that was asked for.
    pub version: &'static str,
    /// The description, or why there is none.
    pub outcome: Result<Box<Service>, String>,
}

/// A layer that was drawn.
#[derive(Debug, Clone, Default)]
pub struct LayerSeen {
    /// Its name.
    pub name: String,
    /// The box that was drawn, west, south, east, north in degrees: what the service says, or the middle of it.
    pub ground: [f64; 4],
    /// The map of WMS 1.1.1 in EPSG:4326.
    pub old: Drawn,
    /// The map of WMS 1.3.0 in EPSG:4326, latitude first as the standard has it.
    pub new: Drawn,
    /// The map of WMS 1.3.0 in CRS:84, longitude first.
    pub lon_lat: Drawn,
    /// The map of WMS 1.3.0 in EPSG:4326 asked with longitude first, which the standard does not have.
    pub swapped: Drawn,
    /// The map of an area three times as wide and high, the box in its middle.
    pub wider: Drawn,
    /// The picture of its legend.
    pub legend: Drawn,
    /// The map with a style that was sent along, which paints everything with an age magenta.
    pub styled: Drawn,
    /// What is there, in each form that was asked for.
    pub info: Vec<Info>,
}

/// A picture that was asked for.
#[derive(Debug, Clone, Default)]
pub enum Drawn {
    /// It was not asked for, and why.
    #[default]
    NotAsked,
    /// It was asked for and is no picture; what came instead.
    Refused(String),
    /// A picture in a form that is not taken apart here.
    Unread(String),
    /// The picture.
    Picture(Picture),
}

impl Drawn {
    /// The picture, when there is one.
    pub fn picture(&self) -> Option<&Picture> {
        match self {
            Self::Picture(picture) => Some(picture),
            _ => None,
        }
    }
}

/// An answer to “what is here”.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The form that was asked for.
    pub format: String,
    /// The media type and the text, or what came instead.
    pub outcome: Result<(String, String), String>,
}

/// What was seen of features.
#[derive(Debug, Clone, Default)]
pub struct FeaturesSeen {
    /// The feature type that was asked for, its namespace, and the first feature as text or what came instead.
    pub asked: Vec<FeatureSeen>,
}

/// A feature type that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureSeen {
    /// Its name.
    pub name: String,
    /// The document, or what came instead.
    pub outcome: Result<String, String>,
}

impl Evidence {
    /// The newest description of a service that could be read.
    pub fn service(&self, kind: &str) -> Option<&Service> {
        let of_kind = self.described.iter().filter(|described| described.service == kind);
        of_kind.filter_map(|described| described.outcome.as_deref().ok()).next_back()
    }

    /// The description of one version.
    pub fn version(&self, kind: &str, version: &str) -> Option<&Described> {
        self.described.iter().find(|described| described.service == kind && described.version == version)
    }
}
