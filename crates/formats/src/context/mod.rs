//! Maps that are carried from one viewer to another: Web Map Context 1.1 (OGC 05-005) and OWS Context as GeoJSON (OGC 14-055r2).

pub mod owc;
pub mod wmc;

use terrane_model::limits::CONTEXT_LAYERS_MAX;
use terrane_model::{Error, Result};

/// A map as such documents tell it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    /// Its title.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// Its address, where it has one.
    pub id: String,
    /// What to look at: west, south, east, north in degrees.
    pub bbox_deg: Option<[f64; 4]>,
    /// Layers, the top one first.
    pub layers: Vec<ContextLayer>,
}

/// A layer of such a map.
#[derive(Debug, Clone, PartialEq)]
pub struct ContextLayer {
    /// The kind of service: `WMS`, `WMTS`, `WFS`.
    pub service: String,
    /// The version of the service.
    pub version: String,
    /// Where it is asked.
    pub url: String,
    /// The name of the layer there.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The style, the service's own without one.
    pub style: Option<String>,
    /// The form of the pictures.
    pub format: String,
    /// 0 to 1.
    pub opacity: f64,
    /// Whether it is hidden at first.
    pub is_hidden: bool,
    /// How to name its source.
    pub attribution: String,
}

impl Default for ContextLayer {
    fn default() -> Self {
        Self {
            service: "WMS".to_owned(),
            version: "1.3.0".to_owned(),
            url: String::new(),
            name: String::new(),
            title: String::new(),
            style: None,
            format: "image/png".to_owned(),
            opacity: 1.0,
            is_hidden: false,
            attribution: String::new(),
        }
    }
}

/// Reads either form, by what the document begins with.
pub fn read(bytes: &[u8]) -> Result<Context> {
    let first = bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace() && ![0xef, 0xbb, 0xbf].contains(byte));
    match first {
        Some(b'<') => wmc::read(bytes),
        Some(b'{') => owc::read(bytes),
        _ => Err(Error::invalid("This is neither a Web Map Context (XML) nor an OWS Context (JSON).")),
    }
}

fn check(context: Context) -> Result<Context> {
    match context.layers.len() > CONTEXT_LAYERS_MAX {
        true => Err(Error::too_large(format!("A map from elsewhere may have {CONTEXT_LAYERS_MAX} layers."))),
        false => Ok(context),
    }
}

/// An address of the web and nothing that a browser would run.
fn is_web(url: &str) -> bool {
    let url = url.trim().to_ascii_lowercase();
    url.starts_with("http://") || url.starts_with("https://")
}
