//! What several agencies tell of one event: origins, magnitudes, mechanisms, impacts and names elsewhere, for pages and programs.

use super::answer::{number_value, round};
use serde_json::{Value, json};
use terrane_formats::events::EventRow;
use terrane_hazard::event::{Event, Impact, Made, Magnitude, Mechanism, Origin};
use terrane_hazard::mechanism::{Beachball, MomentTensor, NodalPlane};

/// All solutions of an event as its tree tells them; nothing when the table has one row for each event and no more.
pub fn told(row: &EventRow<'_>) -> Value {
    let Ok(tree) = serde_json::from_str::<Value>(row.solutions) else { return Value::Null };
    let event = Event(&tree);
    let preferred = [
        event.origin().map(|it| it.public_id()),
        event.magnitude().map(|it| it.public_id()),
        event.mechanism().map(|it| it.public_id()),
    ];
    let is = |kind: usize, id: &str| preferred[kind] == Some(id);
    json!({
        "origins": event.origins().map(|it| origin(&it, is(0, it.public_id()))).collect::<Vec<_>>(),
        "magnitudes": event.magnitudes().map(|it| magnitude(&it, is(1, it.public_id()))).collect::<Vec<_>>(),
        "mechanisms": event.mechanisms().map(|it| mechanism(&it, is(2, it.public_id()))).collect::<Vec<_>>(),
        "impacts": event.impacts().map(impact).collect::<Vec<_>>(),
        "identifiers": event.identifiers().map(|it| json!({"catalogue": it.catalogue, "id": it.id})).collect::<Vec<_>>(),
        "revisions": tree.get("revision").cloned().unwrap_or_else(|| json!([])),
    })
}

fn made(made: &Made<'_>, preferred: bool) -> Value {
    json!({
        "agency": made.agency, "author": made.author, "mode": made.mode, "status": made.status,
        "created": made.time.map(|time| time.to_string()), "preferred": preferred,
    })
}

/// A document with who made it.
fn with_made(mut document: Value, by: Value) -> Value {
    if let (Value::Object(document), Value::Object(by)) = (&mut document, by) {
        document.extend(by);
    }
    document
}

fn origin(origin: &Origin<'_>, preferred: bool) -> Value {
    let km = |metres: f64| round(metres / 1000.0, 3);
    let document = json!({
        "time": origin.time().map(|when| when.to_string()),
        "timeUncertaintyS": origin.time_uncertainty_s(),
        "lon": origin.longitude().map(|it| it.value),
        "lat": origin.latitude().map(|it| it.value),
        "depthKm": origin.depth_m().map(|it| km(it.value)),
        "depthUncertaintyKm": origin.depth_m().and_then(|it| it.uncertainty).map(km),
        "horizontalUncertaintyKm": origin.horizontal_uncertainty_m().map(km),
    });
    with_made(document, made(&origin.made(), preferred))
}

fn magnitude(magnitude: &Magnitude<'_>, preferred: bool) -> Value {
    let value = magnitude.value();
    let document = json!({
        "magnitude": value.map(|it| it.value), "uncertainty": value.and_then(|it| it.uncertainty),
        "type": magnitude.kind(), "stations": magnitude.stations(),
    });
    with_made(document, made(&magnitude.made(), preferred))
}

fn mechanism(mechanism: &Mechanism<'_>, preferred: bool) -> Value {
    let planes = mechanism
        .planes()
        .map(|plane| plane.map(|plane| json!({"strike": plane.strike, "dip": plane.dip, "rake": plane.rake})));
    let document = json!({
        "planes": planes, "tensorNm": mechanism.tensor_nm(), "scalarMomentNm": mechanism.scalar_moment_nm(),
    });
    with_made(document, made(&mechanism.made(), preferred))
}

fn impact(impact: Impact<'_>) -> Value {
    let [least, best, most] = impact.deaths.map(|deaths| deaths.map(number_value));
    json!({
        "cause": impact.cause, "deaths": best, "deathsMin": least, "deathsMax": most, "missing": impact.missing,
        "injured": impact.injured, "damageMillionUsd": impact.damage_million_usd, "houses": impact.houses,
        "source": impact.source,
    })
}

/// The beachball of the preferred mechanism as SVG: of its tensor, else of its plane; and its planes in words.
pub fn beachball(row: &EventRow<'_>, says: &str) -> Option<(String, String)> {
    let tree = serde_json::from_str::<Value>(row.solutions).unwrap_or_default();
    let mechanism = Event(&tree).mechanism();
    let told =
        mechanism.and_then(|it| it.planes()[0]).map(|it| NodalPlane { strike: it.strike, dip: it.dip, rake: it.rake });
    let flat = match row.planes_deg {
        [Some(strike), Some(dip), Some(rake), ..] => Some(NodalPlane { strike, dip, rake }),
        _ => None,
    };
    let tensor = mechanism.and_then(|it| it.tensor_nm()).map(|[mrr, mtt, mpp, mrt, mrp, mtp]| MomentTensor {
        mrr,
        mtt,
        mpp,
        mrt,
        mrp,
        mtp,
    });
    let plane = told.or(flat);
    let ball =
        tensor.as_ref().and_then(Beachball::of_tensor).or_else(|| plane.as_ref().and_then(Beachball::of_plane))?;
    let words = plane.map_or_else(String::new, |plane| {
        let other = plane.auxiliary();
        let angles = |it: &NodalPlane| format!("{:.0}° / {:.0}° / {:.0}°", it.strike, it.dip, it.rake);
        format!("{} · {}", angles(&plane), angles(&other))
    });
    Some((drawn(&ball, says), words))
}

/// Compression is dark, as it is drawn everywhere; north is up.
fn drawn(ball: &Beachball, says: &str) -> String {
    let path = |outline: &Vec<[f64; 2]>| {
        let points: Vec<String> = outline.iter().map(|[x, y]| format!("{:.3},{:.3}", x * 50.0, -y * 50.0)).collect();
        format!("M{}Z", points.join("L"))
    };
    let dark: String = ball.compression().iter().map(path).collect();
    let says = crate::common::xml::escape(says);
    format!(
        "<svg class=\"beachball\" viewBox=\"-52 -52 104 104\" role=\"img\" aria-label=\"{says}\" xmlns=\"http://www.w3.org/2000/svg\"><circle r=\"50\" class=\"light\"/><path class=\"dark\" fill-rule=\"evenodd\" d=\"{dark}\"/><circle r=\"50\" class=\"rim\"/></svg>"
    )
}
