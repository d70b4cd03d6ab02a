//! The catalogue → WMS capabilities. Nothing here is configured: every line is derived.

use crate::common::site::Site;
use crate::common::xml::XmlWriter;
use crate::ows::ask::Version;
use std::collections::HashMap;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_engine::{Caller, PictureLayer};
use terrane_model::about::Licence;
use terrane_model::limits::Limits;
use terrane_model::map::Map;
use terrane_model::{Bbox, Crs, DatasetId};

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
                ("xmlns:xlink", XLINK),
                ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                (
                    "xsi:schemaLocation",
                    "http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd",
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
        self.xml.element("Title", &[], about.title.get(languages));
        self.xml.element("Abstract", &[], about.description.get(languages));
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
        self.xml.element("AccessConstraints", &[], "The licence of each layer is in its attribution.");
        if !old {
            self.xml.element("LayerLimit", &[], &limits.picture_layers_max.to_string());
            self.xml.element("MaxWidth", &[], &limits.picture_side_px_max.to_string());
            self.xml.element("MaxHeight", &[], &limits.picture_side_px_max.to_string());
        }
        self.xml.close();
    }

    fn online_resource(&mut self, url: &str) {
        self.xml.empty("OnlineResource", &[("xmlns:xlink", XLINK), ("xlink:type", "simple"), ("xlink:href", url)]);
    }

    fn capability(&mut self) {
        let old = self.version == Version::V111;
        self.xml.open("Capability", &[]).open("Request", &[]);
        let capabilities = if old { "application/vnd.ogc.wms_xml" } else { "text/xml" };
        self.operation("GetCapabilities", &[capabilities]);
        self.operation("GetMap", &["image/png"]);
        self.operation("GetFeatureInfo", &INFO_FORMATS);
        self.xml.close().open("Exception", &[]);
        let formats = match old {
            true => ["application/vnd.ogc.se_xml", "application/vnd.ogc.se_inimage", "application/vnd.ogc.se_blank"],
            false => ["XML", "INIMAGE", "BLANK"],
        };
        for format in formats {
            self.xml.element("Format", &[], format);
        }
        self.xml.close();
        self.root_layer();
        self.xml.close();
    }

    fn operation(&mut self, name: &'static str, formats: &[&str]) {
        self.xml.open(name, &[]);
        for format in formats {
            self.xml.element("Format", &[], format);
        }
        self.xml.open("DCPType", &[]).open("HTTP", &[]).open("Get", &[]);
        self.online_resource(&self.description.site.url("/wms?"));
        self.xml.close().close().close().close();
    }

    fn root_layer(&mut self) {
        let Description { site, catalogue, languages, .. } = *self.description;
        self.xml.open("Layer", &[]);
        self.xml.element("Title", &[], site.about.title.get(languages));
        self.crs_element("CRS:84");
        USUAL_CRSS.into_iter().for_each(|crs| self.crs_element(crs));
        for zone in (32_601..=32_660).chain(32_701..=32_760) {
            self.crs_element(&format!("EPSG:{zone}"));
        }
        self.boxes(&Bbox::WORLD);
        let maps: Vec<_> = catalogue.maps(Caller::Public).collect();
        if !maps.is_empty() {
            self.xml.open("Layer", &[]).element("Title", &[], "Maps");
            maps.into_iter().for_each(|map| self.map_layer(map));
            self.xml.close();
        }
        self.xml.open("Layer", &[]).element("Title", &[], "Datasets");
        catalogue.entries(Caller::Public).for_each(|entry| self.dataset_layer(entry));
        self.xml.close().close();
    }

    fn crs_element(&mut self, name: &str) {
        let element = if self.version == Version::V130 { "CRS" } else { "SRS" };
        // 1.1.1 has no CRS:84; EPSG:4326 is longitude first there.
        if self.version == Version::V130 || !name.starts_with("CRS:") {
            self.xml.element(element, &[], name);
        }
    }

    /// The extent in degrees; one that crosses the antimeridian is given going on past 180° where that is allowed.
    fn boxes(&mut self, extent: &Bbox) {
        let around =
            if extent.crosses() { Bbox { max: [extent.max[0] + 360.0, extent.max[1]], ..*extent } } else { *extent };
        let around = around.grown(EXTENT_MARGIN_DEG);
        let [west, east] =
            if extent.crosses() { [-180.0, 180.0] } else { [around.min[0].max(-180.0), around.max[0].min(180.0)] };
        let [south, north] = [around.min[1].max(-90.0), around.max[1].min(90.0)];
        let text = |number: f64| format!("{number:.7}");
        let (west, east, south, north) = (text(west), text(east), text(south), text(north));
        let (first, last) = (text(around.min[0]), text(around.max[0]));
        if self.version == Version::V130 {
            self.xml.open("EX_GeographicBoundingBox", &[]);
            self.xml.element("westBoundLongitude", &[], &west).element("eastBoundLongitude", &[], &east);
            self.xml.element("southBoundLatitude", &[], &south).element("northBoundLatitude", &[], &north).close();
            self.bounding_box("CRS:84", [&first, &south, &last, &north]);
            self.bounding_box("EPSG:4326", [&south, &first, &north, &last]);
        } else {
            let sides = [("minx", west.as_str()), ("miny", &south), ("maxx", &east), ("maxy", &north)];
            self.xml.empty("LatLonBoundingBox", &sides);
            self.bounding_box("EPSG:4326", [&first, &south, &last, &north]);
        }
    }

    fn bounding_box(&mut self, crs: &str, sides: [&str; 4]) {
        let key = if self.version == Version::V130 { "CRS" } else { "SRS" };
        let [minx, miny, maxx, maxy] = sides;
        let attributes = [(key, crs), ("minx", minx), ("miny", miny), ("maxx", maxx), ("maxy", maxy)];
        self.xml.empty("BoundingBox", &attributes);
    }

    fn map_layer(&mut self, map: &Map) {
        let Description { catalogue, languages, .. } = *self.description;
        self.xml.open("Layer", &[("queryable", "1")]);
        self.xml.element("Name", &[], map.id.as_str());
        self.xml.element("Title", &[], map.title.get(languages));
        self.xml.element("Abstract", &[], map.description.get(languages));
        let entry_of = |layer: &PictureLayer| catalogue.entry(Caller::Public, &layer.dataset).ok();
        let layers: Vec<PictureLayer> = map.flat().into_iter().map(PictureLayer::of_map).collect();
        let extents: Vec<Bbox> =
            layers.iter().filter_map(entry_of).filter_map(|entry| entry.record().about.extent).collect();
        let extent = map.view.unwrap_or_else(|| Bbox::union_around(&extents));
        self.boxes(if extent.is_empty() { &Bbox::WORLD } else { &extent });
        self.xml.open("Style", &[]).element("Name", &[], "default").element("Title", &[], "As the map is set").close();
        self.xml.close();
    }

    fn dataset_layer(&mut self, entry: &Entry) {
        let Description { site, languages, .. } = *self.description;
        let about = &entry.record().about;
        self.xml.open("Layer", &[("queryable", "1")]);
        self.xml.element("Name", &[], about.id.as_str());
        self.xml.element("Title", &[], about.title.get(languages));
        self.xml.element("Abstract", &[], about.description.get(languages));
        if !about.keywords.is_empty() {
            self.xml.open("KeywordList", &[]);
            for word in &about.keywords {
                self.xml.element("Keyword", &[], word);
            }
            self.xml.close();
        }
        if let Some(crs) = entry.crs().filter(|crs| is_listed(crs)) {
            self.crs_element(crs.name());
        }
        self.boxes(&about.extent.unwrap_or(Bbox::WORLD));
        self.attribution(&about.attribution, &about.licence);
        let page = site.page_url(&about.id);
        self.xml
            .open("MetadataURL", &[("type", if self.version == Version::V130 { "ISO19115:2003" } else { "TC211" })]);
        self.xml.element("Format", &[], "text/html");
        self.online_resource(&page);
        self.xml.close();
        self.data_url(&site.collection_url(&about.id));
        self.styles(entry);
        self.xml.close();
    }

    fn attribution(&mut self, attribution: &str, licence: &Licence) {
        let parts = [attribution, licence.title.as_str()];
        let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        if text.is_empty() {
            return;
        }
        self.xml.open("Attribution", &[]).element("Title", &[], &text);
        if let Some(url) = licence.url.as_deref().filter(|url| url.starts_with("http")) {
            self.online_resource(url);
        }
        self.xml.close();
    }

    fn data_url(&mut self, url: &str) {
        self.xml.open("DataURL", &[]).element("Format", &[], "application/json");
        self.online_resource(url);
        self.xml.close();
    }

    fn styles(&mut self, entry: &Entry) {
        let Description { site, languages, legend_sizes, .. } = *self.description;
        let id = &entry.record().about.id;
        for style in entry.styles() {
            self.xml.open("Style", &[]).element("Name", &[], &style.name);
            let title = style.style.title.get(languages);
            self.xml.element("Title", &[], if title.is_empty() { &style.name } else { title });
            if let Some([width, height]) = legend_sizes.get(&(id.clone(), style.name.clone())) {
                let (width, height) = (width.to_string(), height.to_string());
                self.xml.open("LegendURL", &[("width", &width), ("height", &height)]).element(
                    "Format",
                    &[],
                    "image/png",
                );
                self.online_resource(&legend_url(site, id, &style.name, self.version));
                self.xml.close();
            }
            self.xml.close();
        }
    }
}

/// Forms of a feature-info answer, the first being what is sent when none is named.
pub const INFO_FORMATS: [&str; 4] = ["text/plain", "text/html", "application/json", "application/vnd.ogc.gml"];

/// How much the advertised box is larger than the data, so that rounding never puts a feature outside.
const EXTENT_MARGIN_DEG: f64 = 1e-7;

/// The address of the legend picture of a style.
fn legend_url(site: &Site, id: &DatasetId, style: &str, version: Version) -> String {
    site.url(&format!(
        "/wms?SERVICE=WMS&VERSION={}&REQUEST=GetLegendGraphic&LAYER={id}&STYLE={style}&FORMAT=image/png",
        version.name()
    ))
}

/// Only CRSs that an authority names can be asked for.
fn is_listed(crs: &Crs) -> bool {
    crs.authority_code().is_some_and(|(authority, _)| authority == "EPSG")
}
