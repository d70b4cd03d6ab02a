//! The criteria: what each asks, for which star, and whether OneGeology has published it or we have added it.

use Source::{OneGeology, Ours};

/// Whose criterion it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Of OneGeology's profile and accreditation.
    OneGeology,
    /// Ours: not published by OneGeology, but what users need.
    Ours,
}

/// A criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Criterion {
    /// Its name for machines.
    pub id: &'static str,
    /// The star that it belongs to.
    pub star: u8,
    /// Whose it is.
    pub source: Source,
    /// Whether the star depends on it; otherwise it is advice.
    pub is_needed: bool,
    /// What it asks, as a sentence that is true when it is met.
    pub says: &'static str,
}

const fn needed(id: &'static str, star: u8, source: Source, says: &'static str) -> Criterion {
    Criterion { id, star, source, is_needed: true, says }
}

const fn advised(id: &'static str, star: u8, source: Source, says: &'static str) -> Criterion {
    Criterion { id, star, source, is_needed: false, says }
}

/// All criteria, in the order in which they are told.
pub const CRITERIA: [Criterion; 34] = [
    needed("capabilities", 1, OneGeology, "The service describes itself in a document that can be read"),
    needed("map", 1, OneGeology, "Maps are drawn, or features sent"),
    needed("not-blank", 1, Ours, "There is something on the maps"),
    advised("versions", 1, Ours, "The versions in use are spoken (WMS 1.1.1 and 1.3.0, WFS 1.1.0 and 2.0)"),
    advised("own-addresses", 1, Ours, "The service names itself by the address at which it is reached"),
    needed("service-abstract", 2, OneGeology, "The service says what it offers (abstract)"),
    advised("service-title", 2, OneGeology, "The service has a title that tells it apart"),
    needed("contact", 2, OneGeology, "It says whom to ask: the organisation, and an address, mail or telephone"),
    needed("layer-titles", 2, OneGeology, "Titles of layers follow the profile: extent, owner, scale, theme"),
    advised("layer-names", 2, OneGeology, "Names of layers follow the profile"),
    needed("layer-abstracts", 2, OneGeology, "Each layer says what it shows (abstract)"),
    needed("keyword-onegeology", 2, OneGeology, "The service and its layers have the keyword “OneGeology”"),
    needed("keywords-place", 2, OneGeology, "Keywords continent@ and geographicarea@ name places of M49"),
    needed("keywords-people", 2, OneGeology, "Keywords dataprovider@ and serviceprovider@ are there"),
    advised(
        "keywords-data",
        2,
        OneGeology,
        "Keywords DS_DATE@, DS_TOPIC@geoscientificinformation and thematic@ are there",
    ),
    advised("keywords-metadata", 2, OneGeology, "The service has the keywords MD_DATE@ and MD_LANG@"),
    needed("extent", 2, OneGeology, "Each layer has its box in degrees"),
    needed("crs", 2, OneGeology, "Each layer can be asked for in EPSG:4326"),
    advised("crs-mercator", 2, Ours, "Each layer can be asked for in EPSG:3857, which web maps use"),
    needed("axes", 2, Ours, "Latitude and longitude are in the order of the standard in every version"),
    needed("box-true", 2, Ours, "What is drawn lies in the box that is told"),
    needed("legend", 2, OneGeology, "There is a legend, and it is a picture"),
    advised("metadata", 2, OneGeology, "Each layer has an address of its metadata"),
    needed("fees", 3, OneGeology, "It says what the use costs (“none” when nothing)"),
    needed("constraints", 3, OneGeology, "It says on what conditions it may be used (“none” when on none)"),
    needed("info", 3, OneGeology, "A click is answered, as text/html or text/plain"),
    advised("info-both", 3, OneGeology, "A click is answered both as text/html and as text/plain"),
    needed("lite", 4, Ours, "A click is answered as GeoSciML-Lite, in XML, with terms of CGI"),
    needed("sld", 4, Ours, "A style that is sent along colours by representativeAge_uri (SLD_BODY)"),
    advised("keyword-lite", 4, OneGeology, "The keyword Geosciml_portrayal_age_or_litho_queryable says so"),
    needed("wfs", 5, Ours, "A WFS beside it sends GeoSciML 4.1 or GeoSciML-Lite"),
    advised("keyword-wfs", 5, OneGeology, "The keyword GeoSciML4_wfs_age_or_litho_queryable says so"),
    advised("https", 0, Ours, "It is reached through https"),
    advised("cors", 0, Ours, "Web maps of others may read it (CORS)"),
];

/// A criterion by its name.
pub fn criterion(id: &str) -> Option<&'static Criterion> {
    CRITERIA.iter().find(|criterion| criterion.id == id)
}
