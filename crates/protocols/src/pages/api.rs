//! Pages about the API itself: conformance, operations, columns.

use super::render::{Page, render};
use super::words::Words;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::conformance::{CLASSES, uri};
use serde_json::{Value, json};
use terrane_engine::catalogue::Entry;
use terrane_model::Result;

/// Conformance classes.
pub fn conformance(site: &Site, request: &Request) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let classes: Vec<String> = CLASSES.iter().map(|class| uri(class)).collect();
    let page = Page {
        template: "conformance.html",
        title: words.say("conformance"),
        above: Vec::new(),
        shows: json!({"classes": classes}),
    };
    render(site, request, page)
}

/// The operations of an OpenAPI document.
pub fn api(site: &Site, request: &Request, document: &Value) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let paths = document["paths"].as_object().into_iter().flatten();
    let components = &document["components"]["parameters"];
    let operations: Vec<Value> = paths.map(|(path, methods)| operation(path, &methods["get"], components)).collect();
    let told = |parameter: &Value| json!({"name": parameter["name"], "in": parameter["in"], "description": parameter["description"]});
    let parameters: Vec<Value> = components.as_object().into_iter().flatten().map(|(_, it)| told(it)).collect();
    let shows = json!({"operations": operations, "parameters": parameters});
    render(site, request, Page { template: "api.html", title: words.say("api"), above: Vec::new(), shows })
}

fn operation(path: &str, get: &Value, components: &Value) -> Value {
    let shared = |parameter: &Value| parameter["$ref"].as_str().and_then(|it| it.rsplit('/').next()).map(str::to_owned);
    let parameters = get["parameters"].as_array().into_iter().flatten();
    let parameters: Vec<&Value> =
        parameters.map(|parameter| shared(parameter).map_or(parameter, |key| &components[key])).collect();
    let names: Vec<&Value> = parameters.iter().map(|parameter| &parameter["name"]).collect();
    // An address that answers something as it stands: whole, of a document that ends, and never with nothing.
    let is_whole = !parameters.iter().any(|parameter| parameter["required"] == true) && !path.contains('{');
    let is_document = get["responses"]["200"]["content"]["text/event-stream"].is_null();
    let is_open = is_whole && is_document && get["responses"]["204"].is_null();
    let types: Vec<&String> =
        get["responses"]["200"]["content"].as_object().into_iter().flat_map(|all| all.keys()).collect();
    json!({
        "path": path,
        "open": is_open,
        "summary": get["summary"],
        "parameters": names,
        "types": types,
    })
}

/// Columns of a dataset as a JSON Schema document tells them.
pub fn columns(site: &Site, request: &Request, entry: &Entry, document: &Value) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let about = entry.about();
    let properties = document["properties"].as_object().into_iter().flatten();
    let columns: Vec<Value> = properties
        .map(|(name, property)| {
            let kind = match property["format"].as_str() {
                Some(format) => format,
                None => property["type"].as_str().unwrap_or(""),
            };
            json!({
                "name": name,
                "title": property["title"],
                "description": property["description"].as_str().unwrap_or(""),
                "unit": property["x-ogc-unit"].as_str(),
                "kind": kind,
            })
        })
        .collect();
    let is_schema = request.path.ends_with("/schema");
    let above = vec![(request.say(&about.title).to_owned(), format!("/d/{}", about.id))];
    let title = words.say(if is_schema { "schema" } else { "queryables" });
    let shows = json!({"columns": columns});
    render(site, request, Page { template: "columns.html", title, above, shows })
}
