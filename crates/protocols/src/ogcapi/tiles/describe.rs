//! Tile matrix sets and tilesets as documents (17-083r4; axes in the order of each CRS's authority).

use super::ask::{MVT, Place, no_vectors};
use super::limits::{first_matrix, suits};
use crate::common::crs::{self, swapped, y_first};
use crate::common::negotiate::Form;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::describe::WITH_PAGE;
use crate::ogcapi::links::{self, link};
use crate::ogcapi::schema;
use crate::ogcapi::subject::{Of, Subject};
use serde_json::{Map, Value, json};
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, Ground, PictureLayer, tile_columns};
use terrane_model::schema::{GeometryKind, Schema};
use terrane_model::tiling::{TileMatrix, TileMatrixSet};
use terrane_model::{Bbox, Crs, Result};

/// All sets, in short.
pub fn sets(site: &Site, request: &Request, forms: &[Form]) -> Value {
    let one = |set: &TileMatrixSet| {
        let href = site.url(&format!("/tileMatrixSets/{}", set.id));
        let mut document = json!({
            "id": set.id,
            "title": set.title,
            "crs": crs::uri(&set.crs),
            "links": [link("self", links::JSON, &set.title, &href)],
        });
        if let Some(uri) = &set.uri {
            document["uri"] = uri.as_str().into();
        }
        document
    };
    let all: Vec<Value> = site.sets.iter().map(|set| one(set)).collect();
    json!({"links": links::own(site, request, forms), "tileMatrixSets": all})
}

/// One set in full.
pub fn set(site: &Site, request: &Request, set: &TileMatrixSet, forms: &[Form]) -> Result<Value> {
    let y_first = y_first(&set.crs)?;
    let corner = |[x, y]: [f64; 2]| if y_first { [y, x] } else { [x, y] };
    let matrix = |matrix: &TileMatrix| {
        json!({
            "id": matrix.id,
            "scaleDenominator": matrix.scale_denominator,
            "cellSize": matrix.cell_size,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": corner(matrix.origin),
            "tileWidth": matrix.tile_px[0],
            "tileHeight": matrix.tile_px[1],
            "matrixWidth": matrix.tiles[0],
            "matrixHeight": matrix.tiles[1],
        })
    };
    let matrices: Vec<Value> = set.matrices.iter().map(matrix).collect();
    let mut document = json!({
        "id": set.id,
        "title": set.title,
        "crs": crs::uri(&set.crs),
        "orderedAxes": axes(&set.crs)?,
        "links": links::own(site, request, forms),
        "tileMatrices": matrices,
    });
    if let Some(uri) = &set.uri {
        document["uri"] = uri.as_str().into();
    }
    if let Some(scale_set) = &set.well_known_scale_set {
        document["wellKnownScaleSet"] = scale_set.as_str().into();
    }
    if let Some(matrix) = set.matrices.first() {
        document["boundingBox"] = bounding_box(&set.crs, &matrix.whole())?;
    }
    Ok(document)
}

/// The names of the axes in the order of their authority.
fn axes(crs: &Crs) -> Result<[&'static str; 2]> {
    let info = terrane_projection::info(crs)?;
    Ok(match (info.geographic, info.y_first) {
        (true, false) => ["Lon", "Lat"],
        (true, true) => ["Lat", "Lon"],
        (false, false) => ["X", "Y"],
        (false, true) => ["Y", "X"],
    })
}

fn bounding_box(of: &Crs, bbox: &Bbox) -> Result<Value> {
    let ordered = if y_first(of)? { swapped(*bbox) } else { *bbox };
    Ok(json!({"lowerCorner": ordered.min, "upperCorner": ordered.max, "crs": crs::uri(of)}))
}

/// The tilesets of something, in short: one for each set that suits it.
pub fn tilesets(
    site: &Site,
    request: &Request,
    catalogue: &Catalogue,
    subject: &Subject,
    place: Place,
) -> Result<Value> {
    let mut all = Vec::new();
    if !place.pictures && subject.layers_of_rows(catalogue).is_empty() {
        return Err(no_vectors(subject));
    }
    for set in site.sets.iter().filter(|set| suits(set, subject.extent.as_ref())) {
        all.push(Tileset { site, request, catalogue, subject, set, place }.head());
    }
    let mut own = links::own(site, request, &WITH_PAGE);
    if subject.of != Of::Node {
        own.push(link(
            "http://www.opengis.net/def/rel/ogc/1.0/geodata",
            links::JSON,
            "What the tiles are of",
            &site.url(&subject.path),
        ));
    }
    Ok(json!({"links": own, "tilesets": all}))
}

/// A tileset that is told of.
#[derive(Clone, Copy)]
pub struct Tileset<'a> {
    /// The site.
    pub site: &'a Site,
    /// Who asks.
    pub request: &'a Request,
    /// What is published.
    pub catalogue: &'a Catalogue,
    /// What the tiles are of.
    pub subject: &'a Subject,
    /// How the ground is cut.
    pub set: &'a TileMatrixSet,
    /// Where it is.
    pub place: Place,
}

impl Tileset<'_> {
    /// The path of the tileset, or of something below it.
    pub fn path(&self, below: &str, query: &str) -> String {
        self.subject.address(&format!("{}/{}{below}", self.place.part(), self.set.id), query)
    }

    /// The template of its tiles in a form.
    pub fn template(&self, form: Form) -> String {
        self.site.url(&self.path("/{tileMatrix}/{tileRow}/{tileCol}", &format!("f={}", form.name)))
    }

    fn data_type(&self) -> &'static str {
        if self.place.pictures { "map" } else { "vector" }
    }

    /// What lists of tilesets tell.
    fn head(&self) -> Value {
        let set = self.set;
        let definition = self.site.url(&format!("/tileMatrixSets/{}", set.id));
        let mut document = json!({
            "title": format!("{} · {}", self.subject.title, set.title),
            "dataType": self.data_type(),
            "crs": crs::uri(&set.crs),
            "tileMatrixSetDefinition": definition,
            "links": [
                link("self", links::JSON, "This tileset", &self.site.url(&self.path("", "f=json"))),
                link(links::TILING_SCHEME, links::JSON, &set.title, &definition),
            ],
        });
        if let Some(uri) = &set.uri {
            document["tileMatrixSetURI"] = uri.as_str().into();
        }
        document
    }

    /// The forms of its tiles that are told of.
    pub fn told_forms(&self) -> Vec<Form> {
        self.place
            .forms()
            .iter()
            .filter(|form| !form.name.ends_with('8'))
            .filter(|form| self.place.pictures || **form == MVT)
            .copied()
            .collect()
    }

    /// All that is known of it.
    pub fn document(&self, forms: &[Form]) -> Result<Value> {
        let (subject, set) = (self.subject, self.set);
        let layers = self.layers();
        if layers.is_empty() && !self.place.pictures {
            return Err(no_vectors(subject));
        }
        let mut document = self.head();
        for (name, text) in [("description", subject.description.clone()), ("attribution", subject.attribution())] {
            if !text.is_empty() {
                document[name] = text.into();
            }
        }
        document["mediaTypes"] = self.told_forms().iter().map(|form| form.media_type).collect();
        let layers: Result<Vec<Value>> = layers.iter().map(|layer| self.layer(layer)).collect();
        document["layers"] = layers?.into();
        if let (Of::Style, Some(style)) = (subject.of, subject.layers.first().and_then(|layer| layer.style.as_deref()))
        {
            document["style"] = json!({"id": style});
        }
        if let Some(extent) = &subject.extent {
            let ground = Ground::new(&set.crs, extent);
            document["tileMatrixSetLimits"] = limits(set, &ground).into();
            if let Some(bbox) = ground.bbox() {
                document["boundingBox"] = bounding_box(&set.crs, &bbox)?;
                // Of what the set covers of it.
                let covered = set.matrices.first().and_then(|matrix| matrix.whole().intersection(&bbox));
                document["centerPoint"] = self.centre(&covered.unwrap_or(bbox))?;
            }
        }
        document["links"] = self.links(forms).into();
        Ok(document)
    }

    fn links(&self, forms: &[Form]) -> Vec<Value> {
        let mut all = links::own(self.site, self.request, forms);
        let definition = self.site.url(&format!("/tileMatrixSets/{}", self.set.id));
        all.push(link(links::TILING_SCHEME, links::JSON, &self.set.title, &definition));
        for form in self.told_forms() {
            let mut item =
                link("item", form.media_type, &format!("Tiles as {}", form.name.to_uppercase()), &self.template(form));
            item["templated"] = true.into();
            all.push(item);
        }
        if self.subject.of != Of::Node {
            let href = self.site.url(&self.subject.path);
            all.push(link(
                "http://www.opengis.net/def/rel/ogc/1.0/geodata",
                links::JSON,
                "What the tiles are of",
                &href,
            ));
        }
        all
    }

    /// The layers that its tiles hold.
    pub fn layers(&self) -> Vec<PictureLayer> {
        if self.place.pictures { self.subject.layers.clone() } else { self.subject.layers_of_rows(self.catalogue) }
    }

    /// The middle of the data, with the matrix to look at first.
    fn centre(&self, ground: &Bbox) -> Result<Value> {
        let [x, y] = ground.centre();
        let coordinates = if y_first(&self.set.crs)? { [y, x] } else { [x, y] };
        let matrix = &self.set.matrices[first_matrix(self.set, ground)];
        Ok(json!({
            "coordinates": coordinates,
            "crs": crs::uri(&self.set.crs),
            "tileMatrix": matrix.id,
            "scaleDenominator": matrix.scale_denominator,
            "cellSize": matrix.cell_size,
        }))
    }

    fn layer(&self, layer: &PictureLayer) -> Result<Value> {
        let dataset = self.catalogue.open(Caller::Public, &layer.dataset)?;
        let about = &dataset.about;
        let collection = self.site.collection_url(&about.id);
        let mut document = json!({
            "id": layer.name,
            "title": self.request.say(&about.title),
            "dataType": self.data_type(),
            "links": [link("http://www.opengis.net/def/rel/ogc/1.0/geodata", links::JSON, "The collection", &collection)],
        });
        let description = self.request.say(&about.description);
        for (name, text) in
            [("description", description), ("attribution", &about.attribution), ("license", &about.licence.title)]
        {
            if !text.is_empty() {
                document[name] = text.into();
            }
        }
        for (name, scale) in [("minScaleDenominator", layer.scale_min), ("maxScaleDenominator", layer.scale_max)] {
            if let Some(scale) = scale {
                document[name] = scale.into();
            }
        }
        if let Some(source) = dataset.features.as_ref().filter(|_| dataset.grid.is_none()) {
            if let Some(dimension) = dimension(source.schema()) {
                document["geometryDimension"] = dimension.into();
            }
            document["propertiesSchema"] = self.properties(layer, source.schema());
        }
        Ok(document)
    }

    /// The columns that tiles of a layer have when none are asked for.
    pub fn columns(&self, layer: &PictureLayer, schema: &Schema) -> Vec<String> {
        let scales = self.set.matrices.iter().map(|matrix| matrix.scale_denominator);
        let style = self.subject.entry(layer).and_then(|entry| entry.style(layer.style.as_deref()).ok());
        style.map(|style| tile_columns(&style.style, schema, scales)).unwrap_or_default()
    }

    fn properties(&self, layer: &PictureLayer, of: &Schema) -> Value {
        let names = self.columns(layer, of);
        let properties: Map<String, Value> = of
            .columns
            .iter()
            .filter(|column| names.contains(&column.name))
            .map(|column| {
                let mut property = schema::kind(column.kind);
                let title = self.request.say(&column.title);
                if !title.is_empty() {
                    property["title"] = title.into();
                }
                if let Some(unit) = &column.unit {
                    property["uom"] = unit.as_str().into();
                }
                (column.name.clone(), property)
            })
            .collect();
        json!({"type": "object", "properties": properties})
    }
}

/// 0 for points, 1 for lines, 2 for areas; nothing where rows differ.
fn dimension(schema: &Schema) -> Option<u8> {
    match schema.geometry.as_ref()?.kind.part() {
        GeometryKind::Point => Some(0),
        GeometryKind::LineString => Some(1),
        GeometryKind::Polygon => Some(2),
        _ => None,
    }
}

/// The tiles of each matrix that may show something.
fn limits(set: &TileMatrixSet, ground: &Ground) -> Vec<Value> {
    let of = |matrix: &TileMatrix| {
        let [columns, rows] = ground.range(matrix)?;
        Some(json!({
            "tileMatrix": matrix.id,
            "minTileRow": rows[0],
            "maxTileRow": rows[1],
            "minTileCol": columns[0],
            "maxTileCol": columns[1],
        }))
    };
    set.matrices.iter().filter_map(of).collect()
}
