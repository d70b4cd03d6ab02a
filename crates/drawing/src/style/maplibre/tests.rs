//! What MapLibre is told of a style.

use super::TileSource;
use crate::style::Style;
use serde_json::{Value, json};

fn written(rules: &str) -> (Vec<Value>, Vec<String>) {
    let style = Style::from_json(&format!(r#"{{"rules": {rules}}}"#)).expect("a style");
    let source = TileSource { source: "tiles", layer: "rows", opacity: 0.5, scale_min: None, scale_max: None };
    let done = style.to_maplibre(source);
    (done.layers, done.remarks)
}

#[test]
fn areas_are_filled_by_a_column_and_their_outlines_lie_on_all_fills() {
    let rules = r##"[{"filter": "age = 'Q'", "max_scale": 279541132.01435876, "symbolizers": [
        {"type": "fill", "colour": {"column": "c"}, "outline": {"colour": "#5a5a5a", "width": "0.28 mm"}}]}]"##;
    let (layers, remarks) = written(rules);
    assert_eq!(remarks, [""; 0]);
    assert_eq!(layers[0]["type"], "fill");
    assert_eq!(layers[0]["paint"]["fill-color"], json!(["to-color", ["get", "c"], "rgba(0,0,0,0)"]));
    assert_eq!(layers[0]["paint"]["fill-opacity"], json!(0.5));
    assert_eq!(layers[0]["filter"], json!(["==", ["get", "age"], "Q"]));
    assert_eq!(layers[0]["minzoom"], json!(0.0));
    assert_eq!((&layers[1]["type"], &layers[1]["paint"]["line-width"]), (&json!("line"), &json!(1.0)));
}

#[test]
fn classes_of_numbers_are_steps_and_words_are_matched() {
    let rules = r##"[{"symbolizers": [
        {"type": "mark", "size": {"column": "mag", "interpolate": [[4, "2 px"], [9, "20 px"]]},
         "fill": {"column": "depth", "steps": [[0, "#ff0000"], [70, "#00ff00"]], "else": "#000000"}},
        {"type": "line", "colour": {"column": "kind", "match": {"fault": "#ff0000"}}, "width": "100 m"}]}]"##;
    let (layers, remarks) = written(rules);
    let step = json!(["step", ["get", "depth"], "#ff0000", 70.0, "#00ff00"]);
    let is_number = json!(["==", ["typeof", ["get", "depth"]], "number"]);
    assert_eq!(layers[0]["paint"]["circle-color"], json!(["case", is_number, step, "#000000"]));
    let words = json!(["match", ["to-string", ["get", "kind"]], "fault", "#ff0000", "rgba(0,0,0,0)"]);
    assert_eq!(layers[1]["paint"]["line-color"], words);
    assert_eq!(layers[1]["paint"]["line-width"][2], json!(["zoom"]));
    assert_eq!(remarks, ["rows: widths in metres are those on the equator."]);
}

#[test]
fn what_cannot_be_said_is_told() {
    let rules = r##"[{"filter": "name LIKE 'a%'", "symbolizers": [{"type": "fill", "colour": "#ff0000"}]},
        {"else": true, "symbolizers": [{"type": "fill", "colour": "#00ff00"}]},
        {"symbolizers": [{"type": "label", "text": "{name}"}]}]"##;
    let (layers, remarks) = written(rules);
    assert!(layers.is_empty(), "{layers:?}");
    assert!(remarks.iter().any(|remark| remark.contains("filter")) && remarks.iter().any(|it| it.contains("labels")));
}
