//! The catalogue → WMS capabilities. Nothing here is configured: every line is derived.

mod layers;

pub use layers::{legend_language, legend_url};

use crate::common::negotiate::{KML, KMZ};
use crate::common::site::Site;
use crate::common::xml::XmlWriter;
use crate::ows::ask::Version;
use crate::ows::profile::Profile;
use crate::ows::views;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use terrane_engine::Caller;
use terrane_engine::catalogue::Catalogue;
use terrane_model::limits::Limits;
use terrane_model::picture::PictureFormat;
use terrane_model::{Bbox, DatasetId};

/// Width and height of the legend picture of a dataset's style.
pub type LegendSizes = HashMap<(DatasetId, String), [u32; 2]>;

/// What a capabilities document is made of.
pub struct Description<'a> {
    /// The site.
    pub site: &'a Site,
    /// What is published.
    pub catalogue: &'a Catalogue,
    /// The limits to advertise.
    pub limits: &'a Limits,
    /// Languages wanted, best first.
    pub languages: &'a [&'a str],
    /// The sizes of legends.
    pub legend_sizes: &'a LegendSizes,
    /// The profile in whose words layers are told; in their own without one.
    pub profile: Option<&'a Profile>,
}

/// CRSs that every layer can be asked in, beyond those of UTM: plate carrée, Mercators, poles, equal area.
const USUAL_CRSS: [&str; 11] = [
    "EPSG:4326",
    "EPSG:3857",
    "EPSG:3832",
    "EPSG:3395",
    "EPSG:6933",
    "EPSG:8857",
    "EPSG:3031",
    "EPSG:3995",
    "EPSG:6668",
    "EPSG:6697",
    "EPSG:4269",
];

/// UTM on WGS 84, north and south.
const UTM_ZONES: [RangeInclusive<u32>; 2] = [32_601..=32_660, 32_701..=32_760];

/// Whether every layer can be asked in a CRS.
fn is_usual(crs: &str) -> bool {
    let code = crs.strip_prefix("EPSG:").and_then(|code| code.parse::<u32>().ok());
    USUAL_CRSS.contains(&crs) || code.is_some_and(|code| UTM_ZONES.iter().any(|zones| zones.contains(&code)))
}

/// The document, in the dialect of a version.
pub fn capabilities(description: &Description<'_>, version: Version) -> String {
    let mut xml = XmlWriter::new();
    let sequence = description.catalogue.sequence().to_string();
    match version {
        Version::V130 => xml.open(
            "WMS_Capabilities",
            &[
                ("version", "1.3.0"),
                ("updateSequence", &sequence),
                ("xmlns", "http://www.opengis.net/wms"),
                ("xmlns:sld", "http://www.opengis.net/sld"),
                ("xmlns:xlink", XLINK),
                ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                (
                    "xsi:schemaLocation",
                    "http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd \
                     http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/sld_capabilities.xsd",
                ),
            ],
        ),
        Version::V111 => {
            xml.raw(
                "<!DOCTYPE WMT_MS_Capabilities SYSTEM \"http://schemas.opengis.net/wms/1.1.1/WMS_MS_Capabilities.dtd\" [\n\
                 <!ELEMENT VendorSpecificCapabilities EMPTY>]>\n",
            );
            xml.open("WMT_MS_Capabilities", &[("version", "1.1.1"), ("updateSequence", &sequence)])
        }
    };
    let mut writer = Writer { xml, description, version };
    writer.service();
    writer.capability();
    writer.xml.finish()
}

const XLINK: &str = "http://www.w3.org/1999/xlink";

struct Writer<'a> {
    xml: XmlWriter,
    description: &'a Description<'a>,
    version: Version,
}

impl Writer<'_> {
    fn service(&mut self) {
        let Description { site, languages, limits, .. } = *self.description;
        let about = &site.about;
        let old = self.version == Version::V111;
        self.xml.open("Service", &[]);
        self.xml.element("Name", &[], if old { "OGC:WMS" } else { "WMS" });
        let profile = self.description.profile;
        let title = about.title.get(languages);
        self.xml.element(
            "Title",
            &[],
            &profile.map_or_else(|| title.to_owned(), |profile| profile.service_title(title)),
        );
        self.xml.element("Abstract", &[], about.description.get(languages));
        if let Some(profile) = profile {
            self.keywords(&profile.service_keywords(self.description));
        }
        self.online_resource(&site.url("/"));
        let operator = about.operator.name.get(languages);
        if !operator.is_empty() {
            self.xml.open("ContactInformation", &[]).open("ContactPersonPrimary", &[]);
            self.xml.element("ContactPerson", &[], "").element("ContactOrganization", &[], operator).close();
            if let Some(email) = &about.operator.email {
                self.xml.element("ContactElectronicMailAddress", &[], email);
            }
            self.xml.close();
        }
        self.xml.element("Fees", &[], "none");
        let constraints = profile.map(|profile| profile.constraints(self.description.catalogue));
        let constraints = constraints.as_deref().unwrap_or("The licence of each layer is in its attribution.");
        self.xml.element("AccessConstraints", &[], constraints);
        if !old {
            self.xml.element("LayerLimit", &[], &limits.picture_layers_max.to_string());
            self.xml.element("MaxWidth", &[], &limits.picture_side_px_max.to_string());
            self.xml.element("MaxHeight", &[], &limits.picture_side_px_max.to_string());
        }
        self.xml.close();
    }

    fn keywords(&mut self, words: &[String]) {
        if !words.is_empty() {
            self.xml.open("KeywordList", &[]);
            for word in words {
                self.xml.element("Keyword", &[], word);
            }
            self.xml.close();
        }
    }

    fn online_resource(&mut self, url: &str) {
        // 1.1.1 has no root that could declare it.
        let declared = if self.version == Version::V111 { &[("xmlns:xlink", XLINK)][..] } else { &[] };
        let attributes = [declared, &[("xlink:type", "simple"), ("xlink:href", url)]].concat();
        self.xml.empty("OnlineResource", &attributes);
    }

    fn capability(&mut self) {
        let old = self.version == Version::V111;
        self.xml.open("Capability", &[]).open("Request", &[]);
        let capabilities = if old { "application/vnd.ogc.wms_xml" } else { "text/xml" };
        self.operation("GetCapabilities", &[capabilities]);
        let pictures = PictureFormat::ALL.map(PictureFormat::media_type);
        self.operation("GetMap", &[&pictures[..], &[KML.media_type, KMZ.media_type]].concat());
        self.operation("GetFeatureInfo", &INFO_FORMATS);
        // 1.3.0 has a place for it only in the schema of another standard.
        self.operation(if old { "GetLegendGraphic" } else { "sld:GetLegendGraphic" }, &["image/png"]);
        self.xml.close().open("Exception", &[]);
        let formats = match old {
            true => ["application/vnd.ogc.se_xml", "application/vnd.ogc.se_inimage", "application/vnd.ogc.se_blank"],
            false => ["XML", "INIMAGE", "BLANK"],
        };
        for format in formats {
            self.xml.element("Format", &[], format);
        }
        self.xml.close();
        self.symbolization();
        self.root_layer();
        self.xml.close();
    }

    /// Styles in the request are drawn; data at other addresses are never fetched (05-078r4, 8).
    fn symbolization(&mut self) {
        let truths = [("SupportSLD", "1"), ("UserLayer", "0"), ("UserStyle", "1"), ("RemoteWFS", "0")];
        match self.version {
            Version::V111 => self.xml.empty("UserDefinedSymbolization", &truths),
            Version::V130 => {
                let all = [&truths[..], &[("InlineFeature", "0"), ("RemoteWCS", "0")]].concat();
                self.xml.empty("sld:UserDefinedSymbolization", &all)
            }
        };
    }

    fn operation(&mut self, name: &'static str, formats: &[&str]) {
        self.xml.open(name, &[]);
        for format in formats {
            self.xml.element("Format", &[], format);
        }
        self.xml.open("DCPType", &[]).open("HTTP", &[]).open("Get", &[]);
        let path = if self.description.profile.is_some() { "/onegeology/wms" } else { "/wms" };
        self.online_resource(&self.description.site.url(&format!("{path}?")));
        self.xml.close();
        if name == "GetMap" {
            self.xml.open("Post", &[]);
            self.online_resource(&self.description.site.url("/wms"));
            self.xml.close();
        }
        self.xml.close().close().close();
    }

    fn root_layer(&mut self) {
        let Description { site, catalogue, languages, .. } = *self.description;
        self.xml.open("Layer", &[]);
        self.xml.element("Title", &[], site.about.title.get(languages));
        self.crs_element("CRS:84");
        USUAL_CRSS.into_iter().for_each(|crs| self.crs_element(crs));
        UTM_ZONES.into_iter().flatten().for_each(|zone| self.crs_element(&format!("EPSG:{zone}")));
        self.boxes(&Bbox::WORLD);
        if let Some(profile) = self.description.profile {
            let entries = profile.layers().iter().filter_map(|(_, id)| catalogue.entry(Caller::Public, id).ok());
            entries.for_each(|entry| self.dataset_layer(entry));
            self.xml.close();
            return;
        }
        let maps: Vec<_> = catalogue.maps(Caller::Public).collect();
        if !maps.is_empty() {
            self.xml.open("Layer", &[]).element("Title", &[], "Maps");
            maps.into_iter().for_each(|map| self.map_layer(map));
            self.xml.close();
        }
        let placed: Vec<_> = catalogue.entries(Caller::Public).filter(|entry| entry.crs().is_some()).collect();
        if !placed.is_empty() {
            self.xml.open("Layer", &[]).element("Title", &[], "Datasets");
            placed.into_iter().for_each(|entry| self.dataset_layer(entry));
            self.xml.close();
        }
        self.xml.close();
    }
}

/// Forms of a feature-info answer, the first being what is sent when none is named.
pub const INFO_FORMATS: [&str; 5] =
    ["text/plain", "text/html", "application/json", "application/vnd.ogc.gml", views::FORM];
