//! Requests → questions, by key-value pairs and as XML alike.

mod form;
mod names;
mod pairs;
mod plan;
mod query;
mod xml;

pub use form::{FilterForm, Form, QueryForm};
pub use pairs::of_pairs;
pub use plan::{Format, Plan, Planned, plan};
pub use query::{GET_FEATURE_BY_ID, GET_FEATURE_BY_ID_URL, columns, property_of, stored_query};
pub use xml::of_document;

use crate::ows::codes::missing;
use terrane_model::{Error, Result};

/// A version of WFS that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Version {
    V110,
    V200,
    V202,
}

impl Version {
    /// All, the one that is spoken without being asked first.
    pub const ALL: [Self; 3] = [Self::V200, Self::V202, Self::V110];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::V110 => "1.1.0",
            Self::V200 => "2.0.0",
            Self::V202 => "2.0.2",
        }
    }

    /// Whether it is 1.1.0.
    pub fn is_old(self) -> bool {
        self == Self::V110
    }

    fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name() == text.trim())
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operation {
    GetCapabilities,
    DescribeFeatureType,
    GetFeature,
    GetPropertyValue,
    ListStoredQueries,
    DescribeStoredQueries,
}

impl Operation {
    /// All operations of a version, by name.
    pub fn of(version: Version) -> &'static [(&'static str, Self)] {
        const ALL: [(&str, Operation); 6] = [
            ("GetCapabilities", Operation::GetCapabilities),
            ("DescribeFeatureType", Operation::DescribeFeatureType),
            ("GetFeature", Operation::GetFeature),
            ("GetPropertyValue", Operation::GetPropertyValue),
            ("ListStoredQueries", Operation::ListStoredQueries),
            ("DescribeStoredQueries", Operation::DescribeStoredQueries),
        ];
        if version.is_old() { &ALL[..3] } else { &ALL }
    }
}

/// The version of a request. Capabilities are negotiated (OWS Common 1.1, 7.3.2): the first one accepted that is spoken.
pub fn version(form: &Form<'_>) -> Result<Version> {
    let say = |what: &str| Error::invalid(format!("Versions 2.0.0, 2.0.2 and 1.1.0 are spoken here{what}."));
    if form.request.eq_ignore_ascii_case("GetCapabilities") {
        if !form.accept_versions.is_empty() {
            let spoken = form.accept_versions.iter().find_map(|text| Version::named(text));
            return spoken.ok_or_else(|| say("").at("AcceptVersions"));
        }
        // What older clients write, by the rules of OWS Common 1.0: the nearest one not above.
        let asked = form.version.as_deref().unwrap_or("");
        return Ok(Version::named(asked).unwrap_or(if asked.starts_with("1.") {
            Version::V110
        } else {
            Version::V200
        }));
    }
    match form.version.as_deref() {
        // The standard asks for it; many clients and all people forget it.
        None => Ok(Version::V200),
        Some(text) => Version::named(text).ok_or_else(|| {
            let shown: String = text.chars().take(16).collect();
            say(&format!(", not “{shown}”")).at("version")
        }),
    }
}

/// The operation of a request.
pub fn operation(form: &Form<'_>, version: Version) -> Result<Operation> {
    check_service(form)?;
    if form.request.is_empty() {
        return Err(missing("request"));
    }
    let known = Operation::of(version);
    let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(&form.request));
    found.map(|&(_, operation)| operation).ok_or_else(|| {
        let shown: String = form.request.chars().take(64).collect();
        let names: Vec<&str> = known.iter().map(|&(name, _)| name).collect();
        let say = format!("“{shown}” is not offered: this service is for reading. There are {}.", names.join(", "));
        Error::unsupported(say).at("request")
    })
}

fn check_service(form: &Form<'_>) -> Result<()> {
    match form.service.as_deref() {
        Some(service) if service.eq_ignore_ascii_case("wfs") => Ok(()),
        // Clients leave it out everywhere but where everything begins.
        None if !form.request.is_empty() && !form.request.eq_ignore_ascii_case("GetCapabilities") => Ok(()),
        None => Err(missing("service")),
        Some(service) => {
            let shown: String = service.chars().take(32).collect();
            Err(Error::invalid(format!("The service “{shown}” is not offered here; there is WFS.")).at("service"))
        }
    }
}
