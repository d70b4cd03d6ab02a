//! Styles of a dataset with their legends, as pages show them.

use super::render::{Page, render};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::describe;
use crate::ogcapi::links::below;
use serde_json::{Value, json};
use terrane_engine::Caller;
use terrane_engine::catalogue::Entry;
use terrane_model::Result;

/// Legend entries of each style that the page of a dataset shows; the page of its styles shows all.
const ENTRIES_SHOWN: usize = 400;
/// Width of the ramp of a grid, in units of its drawing.
const RAMP_WIDTH: f64 = 320.0;

/// The page of the styles of a dataset.
pub async fn styles(site: &Site, request: &Request, entry: &Entry) -> Result<Reply> {
    let about = entry.about();
    let title = request.say(&about.title);
    let shows = json!({"id": about.id.as_str(), "styles": shown(site, request, entry, usize::MAX).await});
    let above = vec![(title.to_owned(), format!("/d/{}", about.id))];
    render(site, request, Page { template: "styles.html", title, above, shows })
}

/// The styles with their legends. A legend that cannot be made is left out; the style is still named.
pub async fn of(site: &Site, request: &Request, entry: &Entry) -> Vec<Value> {
    shown(site, request, entry, ENTRIES_SHOWN).await
}

async fn shown(site: &Site, request: &Request, entry: &Entry, entries_max: usize) -> Vec<Value> {
    let id = &entry.about().id;
    let mut all = Vec::new();
    for style in entry.styles() {
        let made = site.engine.legend(Caller::Public, id, Some(&style.name), 1.0).await;
        let legend = made.and_then(|legend| describe::legend(request, entry, style, &legend));
        let (mut items, ramp) = match legend {
            Ok(mut legend) => (legend["items"].take(), ramp(&legend["ramp"])),
            Err(error) => {
                crate::common::reply::log(&error, &request.path);
                (json!([]), Value::Null)
            }
        };
        let total = items.as_array().map_or(0, Vec::len);
        if let Some(items) = items.as_array_mut() {
            items.truncate(entries_max);
        }
        all.push(json!({
            "name": style.name,
            "title": describe::style_title(request, style),
            "default": entry.default_style() == Some(style.name.as_str()),
            "items": items,
            "more": total.saturating_sub(entries_max),
            "ramp": ramp,
            "document": format!("{}?f=json", below(id.as_str(), &["styles", &style.name])),
        }));
    }
    all
}

/// A ramp as the drawing of it: where each colour stands, and the values at both ends and in the middle.
fn ramp(ramp: &Value) -> Value {
    let stops: Vec<(f64, &str)> = ramp["stops"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|stop| Some((stop["value"].as_f64()?, stop["color"].as_str()?)))
        .collect();
    let (Some(&(low, _)), Some(&(high, _))) = (stops.first(), stops.last()) else { return Value::Null };
    let span = if high > low { high - low } else { 1.0 };
    let share = |value: f64| (value - low) / span;
    let colours: Vec<Value> =
        stops.iter().map(|(value, colour)| json!({"at": format!("{:.4}", share(*value)), "colour": colour})).collect();
    let middle = stops.iter().map(|(value, _)| *value).find(|value| *value == 0.0 && low < 0.0 && high > 0.0);
    let mut labels = vec![json!({"x": 0, "text": plain(low), "anchor": "start"})];
    labels.extend(middle.map(
        |value| json!({"x": format!("{:.1}", share(value) * RAMP_WIDTH), "text": plain(value), "anchor": "middle"}),
    ));
    labels.push(json!({"x": RAMP_WIDTH, "text": plain(high), "anchor": "end"}));
    json!({"unit": ramp["unit"], "colours": colours, "labels": labels, "width": RAMP_WIDTH})
}

fn plain(number: f64) -> String {
    let rounded = (number * 1e4).round() / 1e4;
    rounded.to_string().replace('-', "−")
}
