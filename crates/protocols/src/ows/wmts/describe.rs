//! The catalogue → WMTS capabilities. Nothing here is configured: every line is derived.

use super::ask::INFO_ENDINGS;
use super::layers::WmtsLayer;
use crate::common::crs::y_first;
use crate::common::kvp::encode;
use crate::common::site::Site;
use crate::common::xml::XmlWriter;
use crate::ogcapi::tiles::limits::suits;
use crate::ows::describe::{LegendSizes, legend_language, legend_url};
use std::collections::BTreeSet;
use std::sync::Arc;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_model::picture::PictureFormat;
use terrane_model::tiling::{TileMatrix, TileMatrixSet};
use terrane_model::{Bbox, Crs, Instant, LocalText, Result};

/// The document.
pub fn capabilities(
    site: &Site,
    catalogue: &Catalogue,
    languages: &[&str],
    legend_sizes: &LegendSizes,
) -> Result<String> {
    let mut writer = Writer { xml: XmlWriter::new(), site, catalogue, languages, legend_sizes, used: BTreeSet::new() };
    let sequence = catalogue.sequence().to_string();
    writer.xml.open(
        "Capabilities",
        &[
            ("version", "1.0.0"),
            ("updateSequence", &sequence),
            ("xmlns", "http://www.opengis.net/wmts/1.0"),
            ("xmlns:ows", "http://www.opengis.net/ows/1.1"),
            ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
            ("xmlns:gml", "http://www.opengis.net/gml"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            (
                "xsi:schemaLocation",
                "http://www.opengis.net/wmts/1.0 http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd",
            ),
        ],
    );
    writer.service();
    writer.operations();
    writer.contents()?;
    let address = site.url(CAPABILITIES_PATH);
    writer.xml.empty("ServiceMetadataURL", &[("xlink:href", &address)]);
    Ok(writer.xml.finish())
}

/// Where the document is by address.
const CAPABILITIES_PATH: &str = "/wmts/1.0.0/WMTSCapabilities.xml";

struct Writer<'a> {
    xml: XmlWriter,
    site: &'a Site,
    catalogue: &'a Catalogue,
    languages: &'a [&'a str],
    legend_sizes: &'a LegendSizes,
    /// The sets that layers are offered in.
    used: BTreeSet<String>,
}

impl Writer<'_> {
    fn service(&mut self) {
        let about = &self.site.about;
        self.xml.open("ows:ServiceIdentification", &[]);
        self.xml.element("ows:Title", &[], about.title.get(self.languages));
        self.xml.element("ows:Abstract", &[], about.description.get(self.languages));
        self.xml.element("ows:ServiceType", &[], "OGC WMTS").element("ows:ServiceTypeVersion", &[], "1.0.0");
        self.xml.element("ows:Fees", &[], "none");
        self.xml.element("ows:AccessConstraints", &[], "The licence of each layer is at its page.").close();
        let operator = about.operator.name.get(self.languages);
        let name = if operator.is_empty() { about.title.get(self.languages) } else { operator };
        self.xml.open("ows:ServiceProvider", &[]).element("ows:ProviderName", &[], name);
        let home = about.operator.url.clone().unwrap_or_else(|| self.site.url("/"));
        self.xml.empty("ows:ProviderSite", &[("xlink:href", &home)]).open("ows:ServiceContact", &[]);
        if let Some(email) = &about.operator.email {
            self.xml.open("ows:ContactInfo", &[]).open("ows:Address", &[]);
            self.xml.element("ows:ElectronicMailAddress", &[], email).close().close();
        }
        self.xml.close().close();
    }

    fn operations(&mut self) {
        self.xml.open("ows:OperationsMetadata", &[]);
        let by_pairs = self.site.url("/wmts?");
        let by_address =
            [self.site.url(CAPABILITIES_PATH), self.site.url("/wmts/1.0.0/"), self.site.url("/wmts/1.0.0/")];
        for (name, address) in ["GetCapabilities", "GetTile", "GetFeatureInfo"].into_iter().zip(by_address) {
            self.xml.open("ows:Operation", &[("name", name)]).open("ows:DCP", &[]).open("ows:HTTP", &[]);
            for (href, encoding) in [(&by_pairs, "KVP"), (&address, "RESTful")] {
                self.xml.open("ows:Get", &[("xlink:href", href)]).open("ows:Constraint", &[("name", "GetEncoding")]);
                self.xml.open("ows:AllowedValues", &[]).element("ows:Value", &[], encoding).close().close().close();
            }
            self.xml.close().close().close();
        }
        self.xml.close();
    }

    fn contents(&mut self) -> Result<()> {
        self.xml.open("Contents", &[]);
        for layer in WmtsLayer::all(self.catalogue) {
            self.layer(&layer);
        }
        let used = std::mem::take(&mut self.used);
        for set in self.site.sets.iter().filter(|set| used.contains(&set.id)) {
            self.set(set)?;
        }
        self.xml.close();
        Ok(())
    }

    fn layer(&mut self, layer: &WmtsLayer) {
        self.xml.open("Layer", &[]);
        match layer {
            WmtsLayer::Dataset(entry) => {
                self.words(&entry.about().title, &entry.about().description, &entry.about().keywords);
            }
            WmtsLayer::Map(map, _) => self.words(&map.title, &map.description, &[]),
        }
        let extent = layer.extent();
        self.box_of(extent.unwrap_or(Bbox::WORLD));
        self.xml.element("ows:Identifier", &[], layer.name());
        let page = match layer {
            WmtsLayer::Dataset(entry) => self.site.page_url(&entry.about().id),
            WmtsLayer::Map(map, _) => self.site.url(&format!("/maps/{}", map.id)),
        };
        self.xml.empty("ows:Metadata", &[("xlink:href", &page), ("xlink:title", "About this layer")]);
        self.styles(layer);
        for format in PictureFormat::ALL {
            self.xml.element("Format", &[], format.media_type());
        }
        for (_, form) in INFO_ENDINGS {
            self.xml.element("InfoFormat", &[], form);
        }
        let times = layer.times(self.catalogue);
        if let Some(times) = times {
            self.dimension(times);
        }
        for set in self.site.sets.iter().filter(|set| suits(set, extent.as_ref())) {
            self.used.insert(set.id.clone());
            self.xml.open("TileMatrixSetLink", &[]).element("TileMatrixSet", &[], &set.id).close();
        }
        self.templates(layer.name(), times.is_some());
        self.xml.close();
    }

    fn words(&mut self, title: &LocalText, description: &LocalText, keywords: &[String]) {
        self.xml.element("ows:Title", &[], title.get(self.languages));
        let description = description.get(self.languages);
        if !description.is_empty() {
            self.xml.element("ows:Abstract", &[], description);
        }
        if !keywords.is_empty() {
            self.xml.open("ows:Keywords", &[]);
            for word in keywords {
                self.xml.element("ows:Keyword", &[], word);
            }
            self.xml.close();
        }
    }

    /// The extent in degrees; one across 180° goes all around, as boxes must not cross here.
    fn box_of(&mut self, extent: Bbox) {
        let [west, south, east, north] = extent.to_array();
        let [west, east] = if extent.crosses() { [-180.0, 180.0] } else { [west, east] };
        let corner = |x: f64, y: f64| format!("{x:.7} {y:.7}");
        self.xml.open("ows:WGS84BoundingBox", &[]);
        self.xml.element("ows:LowerCorner", &[], &corner(west, south));
        self.xml.element("ows:UpperCorner", &[], &corner(east, north)).close();
    }

    fn styles(&mut self, layer: &WmtsLayer) {
        let WmtsLayer::Dataset(entry) = layer else {
            self.xml.open("Style", &[("isDefault", "true")]).element("ows:Identifier", &[], "default").close();
            return;
        };
        for style in entry.styles() {
            let default = entry.default_style() == Some(style.name.as_str());
            self.xml.open("Style", &[("isDefault", if default { "true" } else { "false" })]);
            let title = style.style.title.get(self.languages);
            if !title.is_empty() {
                self.xml.element("ows:Title", &[], title);
            }
            self.xml.element("ows:Identifier", &[], &style.name);
            self.legend(entry, &style.name);
            self.xml.close();
        }
    }

    fn legend(&mut self, entry: &Arc<Entry>, style: &str) {
        let id = &entry.about().id;
        let Some(size) = self.legend_sizes.get(&(id.clone(), style.to_owned())) else { return };
        let [width, height] = size.map(|side| side.to_string());
        let language = legend_language(entry, self.languages);
        let href = legend_url(self.site, crate::ows::ask::Version::V130, (id, style), language);
        let attributes =
            [("format", "image/png"), ("xlink:href", href.as_str()), ("width", &width), ("height", &height)];
        self.xml.empty("LegendURL", &attributes);
    }

    /// Any moment or period may be asked; without one, all rows are shown.
    fn dimension(&mut self, [start, end]: [Instant; 2]) {
        let whole = format!("{start}/{end}");
        self.xml.open("Dimension", &[]).element("ows:Identifier", &[], "Time").element("ows:UOM", &[], "ISO8601");
        self.xml.element("Default", &[], "default").element("Current", &[], "true");
        self.xml.element("Value", &[], "default").element("Value", &[], &whole).close();
    }

    fn templates(&mut self, name: &str, timed: bool) {
        let time = if timed { "/{Time}" } else { "" };
        let base = self.site.url(&format!("/wmts/1.0.0/{}/{{Style}}{time}", encode(name)));
        let tile = "{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}";
        for format in PictureFormat::ALL {
            let template = format!("{base}/{tile}.{}", format.extension());
            let attributes = [("format", format.media_type()), ("resourceType", "tile"), ("template", &template)];
            self.xml.empty("ResourceURL", &attributes);
        }
        for (ending, form) in INFO_ENDINGS {
            let template = format!("{base}/{tile}/{{J}}/{{I}}.{ending}");
            self.xml
                .empty("ResourceURL", &[("format", form), ("resourceType", "FeatureInfo"), ("template", &template)]);
        }
    }

    fn set(&mut self, set: &TileMatrixSet) -> Result<()> {
        let y_first = y_first(&set.crs)?;
        self.xml.open("TileMatrixSet", &[]).element("ows:Title", &[], &set.title);
        self.xml.element("ows:Identifier", &[], &set.id).element("ows:SupportedCRS", &[], &urn(&set.crs));
        if let Some(name) = set.well_known_scale_set.as_deref().and_then(|uri| uri.rsplit('/').next()) {
            self.xml.element("WellKnownScaleSet", &[], &format!("urn:ogc:def:wkss:OGC:1.0:{name}"));
        }
        set.matrices.iter().for_each(|matrix| self.matrix(matrix, y_first));
        self.xml.close();
        Ok(())
    }

    fn matrix(&mut self, matrix: &TileMatrix, y_first: bool) {
        let [x, y] = matrix.origin;
        let corner = if y_first { format!("{y} {x}") } else { format!("{x} {y}") };
        self.xml.open("TileMatrix", &[]).element("ows:Identifier", &[], &matrix.id);
        self.xml.element("ScaleDenominator", &[], &matrix.scale_denominator.to_string());
        self.xml.element("TopLeftCorner", &[], &corner);
        self.xml.element("TileWidth", &[], &matrix.tile_px[0].to_string());
        self.xml.element("TileHeight", &[], &matrix.tile_px[1].to_string());
        self.xml.element("MatrixWidth", &[], &matrix.tiles[0].to_string());
        self.xml.element("MatrixHeight", &[], &matrix.tiles[1].to_string()).close();
    }
}

/// The CRS as OGC web services of this age write it.
fn urn(crs: &Crs) -> String {
    match crs.authority_code() {
        Some(("OGC", code)) => format!("urn:ogc:def:crs:OGC:1.3:{code}"),
        Some((authority, code)) => format!("urn:ogc:def:crs:{authority}::{code}"),
        None => crs.name().to_owned(),
    }
}
