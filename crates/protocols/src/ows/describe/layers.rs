//! Layers of the capabilities: maps with their groups and layers, datasets with their styles.

use super::{Description, Writer, is_usual};
use crate::common::kvp::encode;
use crate::common::period;
use crate::common::site::Site;
use crate::ows::ask::Version;
use crate::ows::profile;
use std::sync::Arc;
use std::vec::IntoIter;
use terrane_engine::Caller;
use terrane_engine::catalogue::{Entry, StyleEntry};
use terrane_model::about::Licence;
use terrane_model::map::{Layer, Map, Node};
use terrane_model::{Bbox, Crs, DatasetId, LocalText};

impl Writer<'_> {
    pub(super) fn crs_element(&mut self, name: &str) {
        let element = if self.version == Version::V130 { "CRS" } else { "SRS" };
        // 1.1.1 has no CRS:84; EPSG:4326 is longitude first there.
        if self.version == Version::V130 || !name.starts_with("CRS:") {
            self.xml.element(element, &[], name);
        }
    }

    /// The extent in degrees; one that crosses the antimeridian is given going on past 180° where that is allowed.
    pub(super) fn boxes(&mut self, extent: &Bbox) {
        let around =
            if extent.crosses() { Bbox { max: [extent.max[0] + 360.0, extent.max[1]], ..*extent } } else { *extent };
        let around = around.grown(EXTENT_MARGIN_DEG);
        let whole = [around.min[0].max(-180.0), around.max[0].min(180.0)];
        let [west, east] = if extent.crosses() { [-180.0, 180.0] } else { whole };
        let [first, last] = if extent.crosses() { [around.min[0], around.max[0]] } else { whole };
        let [south, north] = [around.min[1].max(-90.0), around.max[1].min(90.0)];
        let [west, east, first, last, south, north] =
            [west, east, first, last, south, north].map(|number| format!("{number:.7}"));
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

    /// A map with the tree of its layers. It has no style of its own, since its layers would inherit it.
    pub(super) fn map_layer(&mut self, map: &Map) {
        let Description { catalogue, languages, .. } = *self.description;
        self.xml.open("Layer", &[("queryable", "1")]);
        self.xml.element("Name", &[], map.id.as_str());
        self.xml.element("Title", &[], map.title.get(languages));
        self.words("Abstract", &map.description);
        let entries = map.flat().into_iter().filter_map(|layer| catalogue.entry(Caller::Public, &layer.dataset).ok());
        let extents: Vec<Bbox> = entries.filter_map(|entry| entry.about().extent).collect();
        let extent = map.view.unwrap_or_else(|| Bbox::union_around(&extents));
        self.boxes(if extent.is_empty() { &Bbox::WORLD } else { &extent });
        let names: Vec<String> = map.named().into_iter().map(|(name, _)| format!("{}/{name}", map.id)).collect();
        self.nodes(&map.layers, &mut names.into_iter());
        self.xml.close();
    }

    /// Groups and layers, top first; `names` are those of the layers still to come.
    fn nodes(&mut self, nodes: &[Node], names: &mut IntoIter<String>) {
        for node in nodes {
            match node {
                Node::Group { title, layers, .. } => {
                    self.xml.open("Layer", &[]).element("Title", &[], title.get(self.description.languages));
                    self.nodes(layers, names);
                    self.xml.close();
                }
                Node::Layer(layer) => {
                    let name = names.next().unwrap_or_default();
                    self.layer_of_map(&name, layer);
                }
                // Capabilities list what can be drawn.
                Node::Wanted { .. } => {}
            }
        }
    }

    /// A layer as a map sets it; one whose dataset is not here, or has no places, is left out.
    fn layer_of_map(&mut self, name: &str, layer: &Layer) {
        let Description { catalogue, languages, .. } = *self.description;
        let Ok(entry) = catalogue.entry(Caller::Public, &layer.dataset) else { return };
        let Ok(style) = entry.style(layer.style.as_deref()) else { return };
        if entry.crs().is_none() {
            return;
        }
        let about = entry.about();
        self.xml.open("Layer", &[("queryable", "1")]);
        self.xml.element("Name", &[], name);
        self.xml.element("Title", &[], layer.title.as_ref().unwrap_or(&about.title).get(languages));
        self.boxes(&about.extent.unwrap_or(Bbox::WORLD));
        self.dimension(entry);
        self.attribution(&about.attribution, &about.licence);
        self.style(entry, style);
        self.scales(layer);
        self.xml.close();
    }

    /// Any moment, period or list of them may be asked; without one, all rows are drawn.
    fn dimension(&mut self, entry: &Arc<Entry>) {
        let Some([start, end]) = period::dimension(entry, self.description.catalogue) else { return };
        let whole = format!("{start}/{end}");
        let every = format!("{whole}/PT1S");
        let common = [("name", "time"), ("default", &*whole), ("multipleValues", "1"), ("current", "1")];
        match self.version {
            Version::V130 => {
                let attributes = [&common[..1], &[("units", "ISO8601")], &common[1..]].concat();
                self.xml.element("Dimension", &attributes, &every);
            }
            Version::V111 => {
                self.xml.empty("Dimension", &[("name", "time"), ("units", "ISO8601")]);
                let attributes = [("name", "time"), ("default", &*whole), ("multipleValues", "1"), ("current", "1")];
                self.xml.element("Extent", &attributes, &every);
            }
        }
    }

    fn scales(&mut self, layer: &Layer) {
        if self.version == Version::V130 {
            for (element, scale) in [("MinScaleDenominator", layer.scale_min), ("MaxScaleDenominator", layer.scale_max)]
            {
                if let Some(scale) = scale {
                    self.xml.element(element, &[], &scale.to_string());
                }
            }
        } else if layer.scale_min.is_some() || layer.scale_max.is_some() {
            let hint = |scale: f64| (scale * DIAGONAL_M).to_string();
            let (min, max) = (hint(layer.scale_min.unwrap_or(0.0)), hint(layer.scale_max.unwrap_or(SCALE_MAX)));
            self.xml.empty("ScaleHint", &[("min", &min), ("max", &max)]);
        }
    }

    fn words(&mut self, element: &'static str, text: &LocalText) {
        let text = text.get(self.description.languages);
        if !text.is_empty() {
            self.xml.element(element, &[], text);
        }
    }

    pub(super) fn dataset_layer(&mut self, entry: &Arc<Entry>) {
        let Description { site, languages, .. } = *self.description;
        let about = entry.about();
        self.xml.open("Layer", &[("queryable", "1")]);
        let (profile, title) = (self.description.profile, about.title.get(languages));
        let name = profile.and_then(|profile| profile.name_of(&about.id)).unwrap_or(about.id.as_str());
        self.xml.element("Name", &[], name);
        self.xml.element("Title", &[], &profile.map_or_else(|| title.to_owned(), |_| profile::title(about)));
        self.words("Abstract", &about.description);
        match profile {
            Some(_) => self.keywords(&profile::keywords(entry, self.description)),
            None => self.keywords(&about.keywords),
        }
        if let Some(crs) = entry.crs().filter(|crs| is_listed(crs)) {
            self.crs_element(crs.name());
        }
        self.boxes(&about.extent.unwrap_or(Bbox::WORLD));
        self.dimension(entry);
        self.attribution(&about.attribution, &about.licence);
        let page = site.page_url(&about.id);
        self.xml
            .open("MetadataURL", &[("type", if self.version == Version::V130 { "ISO19115:2003" } else { "TC211" })]);
        self.xml.element("Format", &[], "text/html");
        self.online_resource(&page);
        self.xml.close();
        self.data_url(&site.collection_url(&about.id));
        entry.styles().into_iter().for_each(|style| self.style(entry, style));
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

    fn style(&mut self, entry: &Entry, style: &StyleEntry) {
        let Description { site, languages, legend_sizes, .. } = *self.description;
        let id = &entry.about().id;
        self.xml.open("Style", &[]).element("Name", &[], &style.name);
        let title = style.style.title.get(languages);
        self.xml.element("Title", &[], if title.is_empty() { &style.name } else { title });
        if let Some(size) = legend_sizes.get(&(id.clone(), style.name.clone())) {
            let [width, height] = size.map(|side| side.to_string());
            self.xml.open("LegendURL", &[("width", &width), ("height", &height)]);
            self.xml.element("Format", &[], "image/png");
            let language = legend_language(entry, languages);
            self.online_resource(&legend_url(site, self.version, (id, &style.name), language));
            self.xml.close();
        }
        self.xml.close();
    }
}

/// The language of a dataset's legends: the one that its title is shown in, when it is one that is wanted.
pub fn legend_language<'e>(entry: &'e Entry, wanted: &[&str]) -> Option<&'e str> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or("").to_ascii_lowercase();
    let there = || entry.about().title.iter().map(|(language, _)| language);
    wanted.iter().find_map(|want| there().find(|language| primary(language) == primary(want)))
}

/// The address of the legend picture of a style.
pub fn legend_url(site: &Site, version: Version, (id, style): (&DatasetId, &str), language: Option<&str>) -> String {
    let language = language.map_or(String::new(), |language| format!("&LANGUAGE={}", encode(language)));
    site.url(&format!(
        "/wms?SERVICE=WMS&VERSION={}&REQUEST=GetLegendGraphic&LAYER={id}&STYLE={}&FORMAT=image/png{language}",
        version.name(),
        encode(style)
    ))
}

/// Whether a CRS is listed for one layer: only those that an authority names can be asked for, and the usual ones are inherited.
fn is_listed(crs: &Crs) -> bool {
    crs.authority_code().is_some_and(|(authority, _)| authority == "EPSG") && !is_usual(crs.name())
}

/// How much the advertised box is larger than the data, so that rounding never puts a feature outside.
const EXTENT_MARGIN_DEG: f64 = 1e-7;
/// A scale denominator times this is the diagonal of a standard pixel on the ground, metres (WMS 1.1.1, 7.1.4.5.10).
const DIAGONAL_M: f64 = 0.000_28 * std::f64::consts::SQRT_2;
/// Past every scale: 1.1.1 has no hint with one end only.
const SCALE_MAX: f64 = 1e12;
