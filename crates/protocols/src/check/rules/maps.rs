//! What the pictures show: whether they are drawn, whether they are blank, whether axes and boxes are what they are said to be.

use crate::check::evidence::{Drawn, Evidence, LayerSeen};
use crate::check::pictures::{difference, drawn_share, is_blank, share_outside_middle};
use crate::check::report::{Finding, Verdict};
use terrane_formats::services::{Service, ServiceKind};
use terrane_model::picture::Picture;

/// Two pictures of one map may differ in so much: antialiasing, labels that fell elsewhere.
const ALIKE: f64 = 0.05;
/// Pictures that differ in so much are of different ground.
const UNLIKE: f64 = 0.2;

pub(super) fn judge(evidence: &Evidence, service: &Service) -> Vec<Finding> {
    if service.kind == ServiceKind::Wfs {
        return without_maps(evidence);
    }
    let layers = &evidence.layers;
    vec![drawn(layers), not_blank(layers), axes(evidence), box_true(layers), legend(layers)]
}

fn without_maps(evidence: &Evidence) -> Vec<Finding> {
    let sent = evidence.features.asked.iter().filter(|seen| seen.outcome.is_ok()).count();
    let map = match (sent, evidence.features.asked.first().map(|seen| &seen.outcome)) {
        (1.., _) => Finding::good("map", format!("features of {sent} types were sent")),
        (0, Some(Err(why))) => {
            Finding::bad("map", why.clone(), "Look at what GetFeature answers for this type in the server's log.")
        }
        _ => Finding::unknown("map", "No feature type was asked for."),
    };
    let others = ["not-blank", "axes", "box-true", "legend"].map(|id| Finding::without(id, "A WFS draws no maps."));
    [map].into_iter().chain(others).collect()
}

/// The first map of a layer that came; those about whose axes there is no doubt first.
fn any_map(layer: &LayerSeen) -> Option<&Picture> {
    [&layer.old, &layer.lon_lat, &layer.new].into_iter().find_map(Drawn::picture)
}

fn why_not(layer: &LayerSeen) -> String {
    let refused = [&layer.new, &layer.old, &layer.lon_lat].into_iter().find_map(|drawn| match drawn {
        Drawn::Refused(why) | Drawn::Unread(why) => Some(why.clone()),
        _ => None,
    });
    refused.unwrap_or_else(|| "it was not asked for".to_owned())
}

fn names<'l>(layers: impl Iterator<Item = &'l LayerSeen>) -> Vec<String> {
    layers.map(|layer| layer.name.clone()).collect()
}

fn drawn(layers: &[LayerSeen]) -> Finding {
    let without: Vec<&LayerSeen> = layers.iter().filter(|layer| any_map(layer).is_none()).collect();
    match without.first() {
        _ if layers.is_empty() => Finding::unknown("map", "No layer with a box and a name could be asked for."),
        None => Finding::good("map", format!("drawn: {}", names(layers.iter()).join(", "))),
        Some(first) => {
            let seen = format!("“{}” is not drawn: {}", first.name, why_not(first));
            Finding::bad("map", seen, "Ask for the map in a browser and look into the server's log.")
                .about(names(without.into_iter()))
        }
    }
}

fn not_blank(layers: &[LayerSeen]) -> Finding {
    let seen: Vec<(&LayerSeen, &Picture)> = layers.iter().filter_map(|layer| Some((layer, any_map(layer)?))).collect();
    let blank: Vec<&LayerSeen> =
        seen.iter().filter(|(_, picture)| is_blank(picture)).map(|(layer, _)| *layer).collect();
    match blank.len() {
        _ if seen.is_empty() => Finding::unknown("not-blank", "No map was drawn that could be looked at."),
        0 => Finding::good("not-blank", "something is drawn in the box of each"),
        count => {
            let say = format!("{count} of {} maps are of one colour in the box that the layer names", seen.len());
            let remedy = "Look whether the box is right, whether the layer has a limit of scale, and whether its data can be opened.";
            Finding::bad("not-blank", say, remedy).about(names(blank.into_iter()))
        }
    }
}

/// Maps of the versions beside each other. The old version has longitude first without doubt, so it is what the others are held to.
fn axes(evidence: &Evidence) -> Finding {
    let judged: Vec<(&LayerSeen, Axes)> = evidence.layers.iter().map(|layer| (layer, axes_of(layer))).collect();
    let of = |wanted: Axes| names(judged.iter().filter(|(_, axes)| *axes == wanted).map(|(layer, _)| *layer));
    let (turned, other, right) = (of(Axes::Turned), of(Axes::Other), of(Axes::Right));
    let remedy = "In WMS 1.3.0 the box of EPSG:4326 is latitude first: south, west, north, east. Put the axes of the server right, or its version.";
    if !turned.is_empty() {
        let seen = "WMS 1.3.0 takes EPSG:4326 with longitude first: asked so, it draws what 1.1.1 draws, and asked as the standard says, it does not";
        return Finding::bad("axes", seen, remedy).about(turned);
    }
    if !other.is_empty() {
        return Finding::bad(
            "axes",
            "the maps of 1.1.1, of EPSG:4326 in 1.3.0 and of CRS:84 are not of the same ground",
            remedy,
        )
        .about(other);
    }
    match right.is_empty() {
        false => Finding::good(
            "axes",
            format!("the maps of 1.1.1, of EPSG:4326 in 1.3.0 and of CRS:84 are the same: {}", right.join(", ")),
        ),
        true if only_old(evidence) => {
            Finding::without("axes", "Only WMS 1.1.1 is spoken, where longitude is always first.")
        }
        true => Finding::unknown("axes", "There were no two maps with something on them to lay upon each other."),
    }
}

/// Whether the service speaks nothing newer than 1.1.1.
fn only_old(evidence: &Evidence) -> bool {
    let newer = evidence.version("WMS", "1.3.0").and_then(|it| it.outcome.as_ref().ok());
    !newer.is_some_and(|service| service.version.starts_with("1.3"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Axes {
    Right,
    Turned,
    Other,
    Unseen,
}

fn axes_of(layer: &LayerSeen) -> Axes {
    let Some(new) = layer.new.picture() else {
        // A server that takes the box for longitude and latitude may find it outside of the world.
        let swapped = layer.swapped.picture().zip(layer.old.picture().or(layer.lon_lat.picture()));
        let turned = swapped.is_some_and(|(swapped, old)| !is_blank(old) && difference(swapped, old) < ALIKE);
        return if turned { Axes::Turned } else { Axes::Unseen };
    };
    let held_to: Vec<&Picture> =
        [&layer.old, &layer.lon_lat].into_iter().filter_map(Drawn::picture).filter(|it| !is_blank(it)).collect();
    let Some(first) = held_to.first() else { return Axes::Unseen };
    let worst = held_to.iter().map(|picture| difference(new, picture)).fold(0.0, f64::max);
    if worst < UNLIKE {
        return Axes::Right;
    }
    let swapped = layer.swapped.picture().is_some_and(|swapped| difference(swapped, first) < ALIKE);
    if swapped { Axes::Turned } else { Axes::Other }
}

fn box_true(layers: &[LayerSeen]) -> Finding {
    let seen: Vec<(&LayerSeen, &Picture)> = layers.iter().filter_map(|it| Some((it, it.wider.picture()?))).collect();
    if seen.is_empty() {
        return Finding::unknown("box-true", "No map around a box could be looked at.");
    }
    let remedy = "Let the server compute the boxes from the data.";
    let outside = |(layer, wider): &&(&LayerSeen, &Picture)| {
        any_map(layer).is_some_and(is_blank) && !is_blank(wider) || share_outside_middle(wider) > OUTSIDE
    };
    let beyond: Vec<&LayerSeen> = seen.iter().filter(outside).map(|(layer, _)| *layer).collect();
    if !beyond.is_empty() {
        let say = "more is drawn outside of the box that is told than inside, or only there";
        return Finding::bad("box-true", say, remedy).about(names(beyond.into_iter()));
    }
    let small = |(layer, _): &&(&LayerSeen, &Picture)| {
        any_map(layer).is_some_and(|map| !is_blank(map) && drawn_share(map) < FILLED_LEAST)
    };
    let empty: Vec<&LayerSeen> = seen.iter().filter(small).map(|(layer, _)| *layer).collect();
    match empty.is_empty() {
        true => Finding::good("box-true", "what is drawn lies inside"),
        false => {
            let say =
                "less than a thousandth of the box has something on it; the box may be too large, or the symbols few";
            // Wells and volcanoes fill little of their box, and that is no fault.
            Finding::of("box-true", Verdict::Good, say, "").about(names(empty.into_iter()))
        }
    }
}

/// So much of what is drawn may lie outside of a box before the box is wrong.
const OUTSIDE: f64 = 0.5;
/// Less than this of a box with something on it is told.
const FILLED_LEAST: f64 = 0.001;

fn legend(layers: &[LayerSeen]) -> Finding {
    let remedy = "Give each style a LegendURL that answers with a picture of its legend.";
    let without: Vec<&LayerSeen> = layers.iter().filter(|layer| !is_legend(&layer.legend)).collect();
    let told: Vec<String> = without
        .iter()
        .map(|layer| match &layer.legend {
            Drawn::NotAsked => format!("“{}” names none at this server", layer.name),
            Drawn::Refused(why) | Drawn::Unread(why) => format!("that of “{}” is no picture: {why}", layer.name),
            Drawn::Picture(_) => format!("that of “{}” is blank", layer.name),
        })
        .collect();
    match told.first() {
        _ if layers.is_empty() => Finding::unknown("legend", "No layer was looked at."),
        None => Finding::good("legend", "the layers that were drawn have one"),
        Some(first) => Finding::bad("legend", first.clone(), remedy).about(names(without.into_iter())),
    }
}

/// A legend in a form that is not taken apart is a picture by its media type, which is as much as can be said.
fn is_legend(drawn: &Drawn) -> bool {
    match drawn {
        Drawn::Picture(picture) => !is_blank(picture),
        Drawn::Unread(media_type) => media_type.starts_with("image/"),
        _ => false,
    }
}
