//! WFS capabilities of both versions. Nothing here is configured: every line is derived.

use super::filters;
use super::terms;
use crate::common::site::Site;
use crate::common::xml::XmlWriter;
use crate::ows::wfs::ask::{Format, Operation, Version};
use crate::ows::wfs::types::{FeatureType, Namespace};
use std::collections::BTreeSet;
use terrane_formats::features::gml::CrsName;
use terrane_model::limits::WFS_PAGE_ROWS;
use terrane_model::{Bbox, Result};

/// What capabilities are made of.
pub struct Described<'a> {
    /// The site.
    pub site: &'a Site,
    /// All feature types.
    pub types: &'a [FeatureType],
    /// Languages wanted, best first.
    pub languages: &'a [&'a str],
    /// The version.
    pub version: Version,
    /// The state of the catalogue.
    pub sequence: u64,
    /// Sections wanted; all when empty.
    pub sections: &'a [String],
}

/// The document.
pub fn capabilities(described: &Described<'_>) -> Result<String> {
    let mut writer = Writer { xml: XmlWriter::new(), all: described };
    writer.root();
    let wanted = |name: &str| {
        let sections = described.sections;
        sections.is_empty() || sections.iter().any(|section| section == "All" || section.eq_ignore_ascii_case(name))
    };
    if wanted("ServiceIdentification") {
        writer.service();
    }
    if wanted("ServiceProvider") {
        writer.provider();
    }
    if wanted("OperationsMetadata") {
        writer.operations();
    }
    if wanted("FeatureTypeList") {
        writer.types()?;
    }
    if wanted("Filter_Capabilities") {
        filters::write(&mut writer.xml, described.version);
    }
    Ok(writer.xml.finish())
}

struct Writer<'a> {
    xml: XmlWriter,
    all: &'a Described<'a>,
}

const OLD_ROOT: [(&str, &str); 5] = [
    ("xmlns:wfs", "http://www.opengis.net/wfs"),
    ("xmlns:ows", "http://www.opengis.net/ows"),
    ("xmlns:ogc", "http://www.opengis.net/ogc"),
    ("xmlns:gml", "http://www.opengis.net/gml"),
    ("xsi:schemaLocation", "http://www.opengis.net/wfs http://schemas.opengis.net/wfs/1.1.0/wfs.xsd"),
];
const NEW_ROOT: [(&str, &str); 5] = [
    ("xmlns:wfs", "http://www.opengis.net/wfs/2.0"),
    ("xmlns:ows", "http://www.opengis.net/ows/1.1"),
    ("xmlns:fes", "http://www.opengis.net/fes/2.0"),
    ("xmlns:gml", "http://www.opengis.net/gml/3.2"),
    ("xsi:schemaLocation", "http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd"),
];

impl Writer<'_> {
    fn root(&mut self) {
        let sequence = self.all.sequence.to_string();
        let own = Namespace {
            prefix: crate::ows::wfs::types::OWN_PREFIX.to_owned(),
            uri: crate::ows::wfs::own_namespace(self.all.site),
        };
        let of_types = self.all.types.iter().map(|known| known.namespace.clone());
        let namespaces: BTreeSet<(String, String)> =
            of_types.chain([own]).map(|known| (format!("xmlns:{}", known.prefix), known.uri)).collect();
        let version = self.all.version;
        let mut attributes = vec![("version", version.name()), ("updateSequence", sequence.as_str())];
        attributes.extend([
            ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ]);
        attributes.extend(if version.is_old() { OLD_ROOT } else { NEW_ROOT });
        attributes.extend(namespaces.iter().map(|(name, uri)| (name.as_str(), uri.as_str())));
        self.xml.open("wfs:WFS_Capabilities", &attributes);
    }

    fn service(&mut self) {
        let (about, languages) = (&self.all.site.about, self.all.languages);
        self.xml.open("ows:ServiceIdentification", &[]);
        self.xml.element("ows:Title", &[], about.title.get(languages));
        self.xml.element("ows:Abstract", &[], about.description.get(languages));
        let versions: &[&str] = if self.all.version.is_old() { &["1.1.0"] } else { &["2.0.0", "2.0.2", "1.1.0"] };
        self.xml.element("ows:ServiceType", &[], "WFS");
        for version in versions {
            self.xml.element("ows:ServiceTypeVersion", &[], version);
        }
        let constraints = self.constraints();
        self.xml.element("ows:Fees", &[], "none").element("ows:AccessConstraints", &[], &constraints).close();
    }

    /// The licences of all types.
    fn constraints(&self) -> String {
        let licence = |known: &FeatureType| {
            let licence = &known.entry.about().licence;
            let name = if licence.id.is_empty() { &licence.title } else { &licence.id };
            Some(name.clone()).filter(|name| !name.is_empty())
        };
        let all: BTreeSet<String> = self.all.types.iter().filter_map(licence).collect();
        let all: Vec<String> = all.into_iter().collect();
        match all.is_empty() {
            true => "Each feature type says in its abstract on what terms it may be used.".to_owned(),
            false => {
                format!("Each feature type says in its abstract on what terms it may be used: {}.", all.join(", "))
            }
        }
    }

    fn provider(&mut self) {
        let (about, languages) = (&self.all.site.about, self.all.languages);
        let operator = about.operator.name.get(languages);
        let name = if operator.is_empty() { about.title.get(languages) } else { operator };
        self.xml.open("ows:ServiceProvider", &[]).element("ows:ProviderName", &[], name);
        let home = about.operator.url.clone().unwrap_or_else(|| self.all.site.url("/"));
        self.xml.empty("ows:ProviderSite", &[("xlink:href", &home)]).open("ows:ServiceContact", &[]);
        if let Some(email) = &about.operator.email {
            self.xml.open("ows:ContactInfo", &[]).open("ows:Address", &[]);
            self.xml.element("ows:ElectronicMailAddress", &[], email).close().close();
        }
        self.xml.close().close();
    }

    fn operations(&mut self) {
        let version = self.all.version;
        self.xml.open("ows:OperationsMetadata", &[]);
        let address = self.all.site.url("/wfs");
        for (name, operation) in Operation::of(version) {
            self.xml.open("ows:Operation", &[("name", name)]).open("ows:DCP", &[]).open("ows:HTTP", &[]);
            self.xml.empty("ows:Get", &[("xlink:href", &format!("{address}?"))]);
            self.xml.empty("ows:Post", &[("xlink:href", &address)]).close().close();
            self.parameters(*operation);
            self.xml.close();
        }
        if version.is_old() {
            let page = terrane_model::limits::WFS_ROWS_MAX.to_string();
            self.xml.open("ows:Constraint", &[("name", "DefaultMaxFeatures")]);
            self.xml.element("ows:Value", &[], &page).close().close();
            return;
        }
        self.values("ows:Parameter", "version", &["2.0.0", "2.0.2", "1.1.0"]);
        for (name, truth) in CONFORMANCE {
            self.constraint(name, if truth { "TRUE" } else { "FALSE" });
        }
        self.constraint("CountDefault", &WFS_PAGE_ROWS.to_string());
        self.constraint("PagingIsTransactionSafe", "FALSE");
        let types: Vec<&str> = vec!["wfs:Query", "wfs:StoredQuery"];
        self.values("ows:Constraint", "QueryExpressions", &types);
        self.xml.close();
    }

    fn parameters(&mut self, operation: Operation) {
        let old = self.all.version.is_old();
        let formats: Vec<&str> = Format::offered().filter_map(|(_, names)| names.first().copied()).collect();
        let gml: Vec<&str> = Format::offered()
            .filter(|(format, _)| matches!(format, Format::Gml(_)))
            .filter_map(|(_, names)| names.first().copied())
            .collect();
        let formats: Vec<&str> = if old { [&gml[1..], &gml[..1], &formats[2..]].concat() } else { formats };
        match operation {
            Operation::GetCapabilities => {
                self.values("ows:Parameter", "AcceptVersions", &["2.0.0", "2.0.2", "1.1.0"]);
                self.values("ows:Parameter", "AcceptFormats", &["text/xml"]);
                self.values("ows:Parameter", "Sections", &SECTIONS);
            }
            Operation::DescribeFeatureType => {
                let gml: Vec<&str> = if old { gml.iter().rev().copied().collect() } else { gml };
                self.values("ows:Parameter", "outputFormat", &gml);
            }
            Operation::GetFeature => {
                self.values("ows:Parameter", "resultType", &["results", "hits"]);
                self.values("ows:Parameter", "outputFormat", &formats);
                if !old {
                    self.values("ows:Parameter", "resolve", &["local", "none"]);
                }
            }
            Operation::GetPropertyValue => {
                self.values("ows:Parameter", "resolve", &["local", "none"]);
                self.values("ows:Parameter", "outputFormat", &gml);
            }
            Operation::ListStoredQueries | Operation::DescribeStoredQueries => {}
        }
    }

    /// The values that a parameter may have; WFS 1.1.0 lists them without a frame.
    fn values(&mut self, element: &'static str, name: &str, values: &[&str]) {
        let old = self.all.version.is_old();
        self.xml.open(element, &[("name", name)]);
        if !old {
            self.xml.open("ows:AllowedValues", &[]);
        }
        for value in values {
            self.xml.element("ows:Value", &[], value);
        }
        if !old {
            self.xml.close();
        }
        self.xml.close();
    }

    fn constraint(&mut self, name: &str, value: &str) {
        self.xml.open("ows:Constraint", &[("name", name)]).empty("ows:NoValues", &[]);
        self.xml.element("ows:DefaultValue", &[], value).close();
    }

    fn types(&mut self) -> Result<()> {
        self.xml.open("wfs:FeatureTypeList", &[]);
        for known in self.all.types {
            self.feature_type(known)?;
        }
        self.xml.close();
        Ok(())
    }

    fn feature_type(&mut self, known: &FeatureType) -> Result<()> {
        let (about, old) = (known.entry.about(), self.all.version.is_old());
        self.xml.open("wfs:FeatureType", &[]).element("wfs:Name", &[], &known.qualified());
        self.xml.element("wfs:Title", &[], about.title.get(self.all.languages));
        let description = about.description.get(self.all.languages);
        let said = [description, &terms(about)].join(" ");
        if !said.trim().is_empty() {
            self.xml.element("wfs:Abstract", &[], said.trim());
        }
        if !about.keywords.is_empty() {
            self.xml.open("ows:Keywords", &[]);
            for word in &about.keywords {
                self.xml.element("ows:Keyword", &[], word);
            }
            self.xml.close();
        }
        self.crs(known)?;
        if let Some(extent) = about.extent.or(old.then_some(Bbox::WORLD)) {
            self.box_of(extent);
        }
        if !old {
            self.xml.empty("wfs:MetadataURL", &[("xlink:href", &self.all.site.page_url(&about.id))]);
        }
        self.xml.close();
        Ok(())
    }

    fn crs(&mut self, known: &FeatureType) -> Result<()> {
        let names: [&'static str; 3] = match self.all.version.is_old() {
            true => ["wfs:DefaultSRS", "wfs:OtherSRS", "wfs:NoSRS"],
            false => ["wfs:DefaultCRS", "wfs:OtherCRS", "wfs:NoCRS"],
        };
        let list = known.crs_list();
        if list.is_empty() {
            self.xml.empty(names[2], &[]);
        }
        for (at, crs) in list.iter().enumerate() {
            self.xml.element(names[usize::from(at > 0)], &[], &CrsName::urn(crs)?.spelled);
        }
        Ok(())
    }

    /// The extent in degrees; one across 180° goes all around, as boxes must not cross here.
    fn box_of(&mut self, extent: Bbox) {
        let [west, south, east, north] = extent.to_array();
        let [west, east] = if extent.crosses() { [-180.0, 180.0] } else { [west, east] };
        // Rounded outwards, so that no feature lies outside.
        let (down, up) = (|number: f64| (number * 1e7).floor() / 1e7, |number: f64| (number * 1e7).ceil() / 1e7);
        self.xml.open("ows:WGS84BoundingBox", &[]);
        self.xml.element("ows:LowerCorner", &[], &format!("{} {}", down(west), down(south)));
        self.xml.element("ows:UpperCorner", &[], &format!("{} {}", up(east), up(north))).close();
    }
}

const SECTIONS: [&str; 6] =
    ["All", "ServiceIdentification", "ServiceProvider", "OperationsMetadata", "FeatureTypeList", "Filter_Capabilities"];

/// Conformance classes (09-025r2, table 13); those that are not kept are said not to be.
const CONFORMANCE: [(&str, bool); 15] = [
    ("ImplementsBasicWFS", true),
    ("ImplementsTransactionalWFS", false),
    ("ImplementsLockingWFS", false),
    ("KVPEncoding", true),
    ("XMLEncoding", true),
    ("SOAPEncoding", false),
    ("ImplementsInheritance", false),
    ("ImplementsRemoteResolve", false),
    ("ImplementsResultPaging", true),
    ("ImplementsStandardJoins", false),
    ("ImplementsSpatialJoins", false),
    ("ImplementsTemporalJoins", false),
    ("ImplementsFeatureVersioning", false),
    ("ManageStoredQueries", false),
    ("ImplementsSimpleWFS", true),
];
