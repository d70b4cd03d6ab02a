//! The API as OpenAPI 3.0: written from the catalogue and from the tables that the program itself uses.

mod drawn;
mod hazards;
mod summary;

use crate::common::crs;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::ask::{self, FILTER_LANGUAGES, OF_ITEMS, is_queryable};
use crate::ogcapi::schema;
use serde_json::{Map, Value, json};
use terrane_engine::Caller;
use terrane_engine::catalogue::Catalogue;
use terrane_model::limits::Limits;
use terrane_model::schema::{ColumnKind, Schema};
use terrane_model::{About, Result};

/// The document.
pub fn document(site: &Site, request: &Request, catalogue: &Catalogue) -> Result<Value> {
    let mut paths = fixed_paths();
    paths.extend(drawn::paths());
    paths.extend(hazards::paths());
    for entry in catalogue.entries(Caller::Public) {
        let dataset = catalogue.open(Caller::Public, &entry.about().id)?;
        collection_paths(request, &dataset.about, ask::schema_of(&dataset).ok(), &mut paths);
    }
    let operator = &site.about.operator;
    let mut contact = json!({"name": request.say(&operator.name)});
    contact["url"] = operator.url.as_deref().unwrap_or(&site.about.public_url).into();
    if let Some(email) = &operator.email {
        contact["email"] = email.as_str().into();
    }
    Ok(json!({
        "openapi": "3.0.3",
        "info": {
            "title": request.say(&site.about.title),
            "description": request.say(&site.about.description),
            "version": env!("CARGO_PKG_VERSION"),
            "contact": contact,
            "x-OGC-limits": limits(site.engine.limits()),
        },
        "servers": [{"url": site.url("/"), "description": "This node"}],
        "tags": [
            {"name": "Capabilities", "description": "What is here"},
            {"name": "Data", "description": "Rows of a collection"},
            {"name": "Styles", "description": "How collections are drawn"},
            {"name": "Maps", "description": "Collections drawn together"},
            {"name": "Tiles and maps", "description": "Pictures, and vectors cut into tiles"},
            {"name": "Events", "description": "Earthquakes, eruptions and tsunamis of all tables together"},
        ],
        "paths": paths,
        "components": {
            "parameters": parameters(site.engine.limits()),
            "schemas": schemas(),
            "responses": responses(),
        },
    }))
}

/// The limits of maps, as Maps has them told (20-058, annex B).
fn limits(limits: &Limits) -> Value {
    let side = limits.picture_side_px_max;
    json!({"maps": {"maxWidth": side, "maxHeight": side, "maxPixels": limits.picture_pixels_max}})
}

/// Path, tag, operation id, summary, media types, component of the answer.
type Resource = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const FIXED: [Resource; 11] = [
    ("/", "Capabilities", "getLandingPage", "Landing page", &["application/json", "text/html"]),
    ("/conformance", "Capabilities", "getConformance", "Conformance classes", &["application/json", "text/html"]),
    ("/api", "Capabilities", "getApi", "This document", &["application/vnd.oai.openapi+json;version=3.0", "text/html"]),
    ("/collections", "Capabilities", "getCollections", "All collections", &["application/json", "text/html"]),
    ("/collections/{collectionId}/queryables", "Capabilities", "getQueryables", "What can be asked for", SCHEMA_TYPES),
    ("/collections/{collectionId}/schema", "Capabilities", "getSchema", "What items are made of", SCHEMA_TYPES),
    (
        "/collections/{collectionId}/styles",
        "Styles",
        "getStyles",
        "Styles of a collection",
        &["application/json", "text/html"],
    ),
    ("/collections/{collectionId}/styles/{styleId}", "Styles", "getStyle", "One style", &["application/json"]),
    (
        "/collections/{collectionId}/styles/{styleId}/legend",
        "Styles",
        "getLegend",
        "The legend of a style",
        &["application/json", "image/png"],
    ),
    ("/maps", "Maps", "getMaps", "All maps", &["application/json", "text/html"]),
    ("/maps/{mapId}", "Maps", "getMap", "One map as a tree of layers", &["application/json", "text/html"]),
];
const SCHEMA_TYPES: &[&str] = &["application/schema+json", "text/html"];

fn fixed_paths() -> Map<String, Value> {
    FIXED.iter().map(|resource| (resource.0.to_owned(), json!({"get": fixed_operation(resource)}))).collect()
}

fn fixed_operation(&(path, tag, id, summary, types): &Resource) -> Value {
    let in_path = ["collectionId", "styleId", "mapId"].into_iter().filter(|name| path.contains(&format!("{{{name}}}")));
    let query = if ["/", "/collections"].contains(&path) { vec!["q", "f", "lang"] } else { vec!["f", "lang"] };
    let all: Vec<Value> = in_path.chain(query).map(parameter_reference).collect();
    let body = match id {
        "getLandingPage" => "landingPage",
        "getConformance" => "confClasses",
        "getCollections" => "collections",
        _ => "anything",
    };
    json!({
        "tags": [tag],
        "operationId": id,
        "summary": summary,
        "parameters": all,
        "responses": answers(&content(types, body)),
    })
}

/// What is below one collection: itself and, when it has rows, its items.
fn collection_paths(request: &Request, about: &About, schema: Option<&Schema>, paths: &mut Map<String, Value>) {
    let id = about.id.as_str();
    let title = request.say(&about.title);
    let name = operation_name(id);
    let described = ["application/json", "text/html"];
    let mut add = |path: String, operation: Value| paths.insert(path, json!({"get": operation}));
    add(
        format!("/collections/{id}"),
        json!({
            "tags": ["Capabilities"],
            "operationId": format!("describe_{name}"),
            "summary": format!("About: {title}"),
            "parameters": references(&["f", "lang"]),
            "responses": answers(&content(&described, "collection")),
        }),
    );
    let Some(schema) = schema else { return };
    let rows = ["application/geo+json", "text/html", "text/csv"];
    let columns = schema.columns.iter().filter(|column| is_queryable(column));
    let columns = columns.filter(|column| !OF_ITEMS.contains(&column.name.as_str()));
    let columns = columns.map(|column| column_parameter(&column.name, request.say(&column.title), column.kind));
    let shared = OF_ITEMS.into_iter().map(parameter_reference);
    add(
        format!("/collections/{id}/items"),
        json!({
            "tags": ["Data"],
            "operationId": format!("items_{name}"),
            "summary": format!("Items: {title}"),
            "description": request.say(&about.description),
            "parameters": shared.chain(columns).collect::<Vec<_>>(),
            "responses": answers(&content(&rows, "featureCollection")),
        }),
    );
    add(format!("/collections/{id}/summary"), summary::operation(&name, title));
    add(
        format!("/collections/{id}/items/{{featureId}}"),
        json!({
            "tags": ["Data"],
            "operationId": format!("item_{name}"),
            "summary": format!("One item: {title}"),
            "parameters": references(&["featureId", "crs", "f", "lang"]),
            "responses": answers(&content(&rows[..2], "feature")),
        }),
    );
}

/// Operation ids are names in generated programs: letters, digits and `_`.
fn operation_name(id: &str) -> String {
    id.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}

fn references(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| parameter_reference(name)).collect()
}

fn parameter_reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

fn column_parameter(name: &str, title: &str, kind: ColumnKind) -> Value {
    let schema = match kind {
        // A moment may be given as coarsely as a year.
        ColumnKind::Time => json!({"type": "string"}),
        kind => schema::kind(kind),
    };
    json!({
        "name": name,
        "in": "query",
        "description": format!("Only rows whose “{}” has this value", if title.is_empty() { name } else { title }),
        "required": false,
        "schema": schema,
        "style": "form",
        "explode": false,
    })
}

fn content(types: &[&str], component: &str) -> Value {
    let one = |media_type: &&str| {
        let schema = match *media_type {
            text if text.starts_with("text/") || text.ends_with("xml") => json!({"type": "string"}),
            "application/octet-stream"
            | "image/png"
            | "image/webp"
            | "image/jpeg"
            | "application/vnd.mapbox-vector-tile" => {
                json!({"type": "string", "format": "binary"})
            }
            _ => json!({"$ref": format!("#/components/schemas/{component}")}),
        };
        ((*media_type).to_owned(), json!({"schema": schema}))
    };
    Value::Object(types.iter().map(one).collect())
}

fn answers(content: &Value) -> Value {
    json!({
        "200": {"description": "The answer", "content": content},
        "304": {"description": "The client has this state already"},
        "400": {"$ref": "#/components/responses/BadRequest"},
        "404": {"$ref": "#/components/responses/NotFound"},
        "500": {"$ref": "#/components/responses/ServerError"},
        "503": {"$ref": "#/components/responses/ServerError"},
    })
}

fn parameters(limits: &Limits) -> Value {
    let query = |name: &str, description: &str, schema: Value| {
        let parameter = json!({
            "name": name,
            "in": "query",
            "description": description,
            "required": false,
            "schema": schema,
            "style": "form",
            "explode": false,
        });
        (name.to_owned(), parameter)
    };
    let path = |name: &str, description: &str| {
        let schema = json!({"type": "string"});
        let parameter =
            json!({"name": name, "in": "path", "description": description, "required": true, "schema": schema});
        (name.to_owned(), parameter)
    };
    let text = || json!({"type": "string"});
    let uri = || json!({"type": "string", "format": "uri", "default": crs::uri(&terrane_model::Crs::crs84())});
    let names = || json!({"type": "array", "items": {"type": "string"}});
    let bbox = json!({
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    });
    let limit = json!({
        "type": "integer",
        "minimum": 1,
        "maximum": limits.page_rows_max,
        "default": limits.page_rows_default,
    });
    let languages = json!({"type": "string", "enum": FILTER_LANGUAGES, "default": FILTER_LANGUAGES[0]});
    Value::Object(
        [
            query("f", "The form of the answer (json, html; csv for items, png for legends); else by Accept", text()),
            query("lang", "The language of titles (BCP 47); else by Accept-Language", text()),
            query("q", "Words that all must be found in what a collection says of itself", text()),
            query("limit", "Rows on one page; more than the maximum is capped", limit),
            query(
                "bbox",
                "Rows whose box meets this box, in the axis order of its CRS; west > east crosses 180°",
                bbox,
            ),
            query("bbox-crs", "The CRS of bbox", uri()),
            query("datetime", "A moment or a period (a/b, ../b, a/.., a/P2D)", text()),
            query("crs", "The CRS of the answer", uri()),
            query("filter", "A condition in CQL2", text()),
            query("filter-lang", "The language of filter", languages),
            query("filter-crs", "The CRS of geometry in filter", uri()),
            query("sortby", "Columns to sort by, each with - for descending", names()),
            query("properties", "Columns to return; all when absent", names()),
            query("skipGeometry", "Whether to leave geometry out", json!({"type": "boolean", "default": false})),
            query("cursor", "Where the page begins; comes with the link “next”", text()),
            query("count", "Whether to count all matching rows", json!({"type": "boolean", "default": false})),
            path("collectionId", "The id of a collection"),
            path("featureId", "The id of an item"),
            path("styleId", "The name of a style"),
            path("mapId", "The id of a map, or of a collection"),
        ]
        .into_iter()
        .chain(drawn::parameters())
        .chain(hazards::parameters())
        .chain(summary::parameters())
        .collect(),
    )
}

fn schemas() -> Map<String, Value> {
    [schemas_of_capabilities(), schemas_of_data()]
        .into_iter()
        .flat_map(|all| all.as_object().cloned().unwrap_or_default())
        .collect()
}

fn links_schema() -> Value {
    json!({"type": "array", "items": {"$ref": "#/components/schemas/link"}})
}

fn schemas_of_capabilities() -> Value {
    let links = links_schema();
    json!({
        "anything": {"type": "object"},
        "link": {
            "type": "object",
            "required": ["href", "rel"],
            "properties": {
                "href": {"type": "string"},
                "rel": {"type": "string"},
                "type": {"type": "string"},
                "title": {"type": "string"},
            },
        },
        "landingPage": {
            "type": "object",
            "required": ["links"],
            "properties": {"title": {"type": "string"}, "description": {"type": "string"}, "links": links},
        },
        "confClasses": {
            "type": "object",
            "required": ["conformsTo"],
            "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
        },
        "collections": {
            "type": "object",
            "required": ["links", "collections"],
            "properties": {
                "links": links,
                "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}},
            },
        },
        "collection": {
            "type": "object",
            "required": ["id", "links"],
            "properties": {
                "id": {"type": "string"},
                "title": {"type": "string"},
                "description": {"type": "string"},
                "links": links,
                "extent": {"type": "object"},
                "itemType": {"type": "string"},
                "crs": {"type": "array", "items": {"type": "string"}},
                "storageCrs": {"type": "string", "format": "uri"},
            },
        },
    })
}

fn schemas_of_data() -> Value {
    let links = links_schema();
    json!({
        "featureCollection": {
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
                "links": links,
                "timeStamp": {"type": "string", "format": "date-time"},
                "numberMatched": {"type": "integer", "minimum": 0},
                "numberReturned": {"type": "integer", "minimum": 0},
            },
        },
        "feature": {
            "type": "object",
            "required": ["type", "geometry", "properties"],
            "properties": {
                "type": {"type": "string", "enum": ["Feature"]},
                "id": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
                "geometry": {"type": "object", "nullable": true},
                "properties": {"type": "object", "nullable": true},
                "links": links,
            },
        },
        "problem": {
            "type": "object",
            "required": ["title", "status", "detail"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "parameter": {"type": "string"},
                "code": {"type": "string"},
                "description": {"type": "string"},
            },
        },
    })
}

fn responses() -> Value {
    let problem = |description: &str| {
        let schema = json!({"$ref": "#/components/schemas/problem"});
        json!({
            "description": description,
            "content": {"application/problem+json": {"schema": schema}, "text/html": {"schema": {"type": "string"}}},
        })
    };
    json!({
        "BadRequest": problem("The request cannot be understood; the answer names the parameter"),
        "NotFound": problem("There is no such thing here"),
        "ServerError": problem("Something failed on this server, or it is busy"),
    })
}
