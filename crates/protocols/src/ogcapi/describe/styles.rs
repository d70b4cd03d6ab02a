//! Styles of a collection and their legends.

use super::WITH_PAGE;
use super::maplibre::MEDIA_TYPE;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::links::{self, below, link};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use terrane_engine::Legend;
use terrane_engine::catalogue::{Entry, StyleEntry};
use terrane_formats::filter::cql2_text;
use terrane_formats::picture::png;
use terrane_model::{LocalText, Result};

/// The styles of a collection, the default one first.
pub fn styles(site: &Site, request: &Request, entry: &Entry) -> Value {
    let id = entry.about().id.as_str();
    let one = |style: &StyleEntry| {
        let legend = site.url(&below(id, &["styles", &style.name, "legend"]));
        let document = site.url(&below(id, &["styles", &style.name]));
        json!({
            "id": style.name,
            "title": style_title(request, style),
            "links": [
                link("stylesheet", links::JSON, "The style as Terrane's JSON", &format!("{document}?f=json")),
                link("stylesheet", MEDIA_TYPE, "The style for MapLibre and QGIS", &format!("{document}?f=mapbox")),
                link("stylesheet", "application/vnd.ogc.sld+xml;version=1.1", "The style as SLD 1.1", &format!("{document}?f=sld11")),
                link("stylesheet", "application/vnd.ogc.sld+xml;version=1.0", "The style as SLD 1.0", &format!("{document}?f=sld10")),
                link(links::LEGEND, links::JSON, "Legend", &format!("{legend}?f=json")),
                link(links::LEGEND, "image/png", "Legend as a picture", &format!("{legend}?f=png")),
                link(links::MAP, "image/png", "Map", &format!("{document}/map?f=png")),
                link(links::TILESETS_MAP, links::JSON, "Tiles of pictures", &format!("{document}/map/tiles")),
            ],
        })
    };
    let all: Vec<Value> = entry.styles().into_iter().map(one).collect();
    json!({"links": links::own(site, request, &WITH_PAGE), "default": entry.default_style(), "styles": all})
}

/// The title of a style, or its name when it has none.
pub fn style_title(request: &Request, style: &StyleEntry) -> String {
    Some(request.say(&style.style.title)).filter(|title| !title.is_empty()).unwrap_or(&style.name).to_owned()
}

/// The legend as data, pictures inside.
pub fn legend(request: &Request, entry: &Entry, style: &StyleEntry, legend: &Legend) -> Result<Value> {
    let items: Result<Vec<Value>> = legend
        .items
        .iter()
        .map(|item| {
            let image = STANDARD.encode(png::write(&item.swatch)?);
            let mut entry = json!({
                "label": request.say(&item.label),
                "image": format!("data:image/png;base64,{image}"),
                "width": item.swatch.width_px,
                "height": item.swatch.height_px,
                "filter": item.filter.as_ref().and_then(|filter| cql2_text::write(filter).ok()),
            });
            let group = request.say(&item.group);
            if !group.is_empty() {
                entry["group"] = group.into();
            }
            if let Some(label) = second_label(request, &item.label) {
                entry["label2"] = label.into();
            }
            Ok(entry)
        })
        .collect();
    let ramp = legend.ramp.as_ref().map(|ramp| {
        let stop = |&(value, [red, green, blue, _]): &(f64, [u8; 4])| {
            json!({"value": value, "color": format!("#{red:02x}{green:02x}{blue:02x}")})
        };
        json!({"unit": ramp.unit, "stops": ramp.stops.iter().map(stop).collect::<Vec<_>>()})
    });
    let title = request.say(&entry.about().title);
    Ok(json!({"title": title, "style": style.name, "items": items?, "ramp": ramp}))
}

/// The label in another language than the one shown, when it says something else.
fn second_label<'t>(request: &Request, label: &'t LocalText) -> Option<&'t str> {
    let shown = request.say(label);
    label.iter().map(|(_, text)| text).find(|text| *text != shown && !text.is_empty())
}
