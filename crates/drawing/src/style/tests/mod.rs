//! Styles as documents: what is read, refused and written, and that the published schema says the same.

mod defaults;
mod schema;

use super::*;

const EVERYTHING: &str = r##"{
  "name": "all", "title": {"en": "All", "ja": "全部"}, "order": "feature", "coverage": true,
  "sort_by": {"column": "mag", "descending": true},
  "rules": [
    {"title": {"en": "Areas"}, "min_scale": 1000, "max_scale": 500000.5,
     "legend": {"label": ["en", "ja"], "languages": ["en", "ja"], "group": ["era"]},
     "symbolizers": [
      {"type": "fill", "colour": {"column": "rgb", "else": "#ffffff80"}, "opacity": 0.5,
       "outline": {"colour": "#4a4a4a", "width": {"column": "w", "unit": "m"}, "dash": ["1 mm", "2 px"], "cap": "round", "join": "miter", "offset": "-0.5 mm"}},
      {"type": "line", "colour": {"column": "kind", "match": {"fault": "red", "fold": "#00f"}}, "width": {"column": "rank", "steps": [[1, "1 px"], [2, "2 px"]]}},
      {"type": "mark", "shape": {"column": "kind", "match": {"mine": "x"}, "else": "circle"},
       "size": {"column": "mag", "interpolate": [[5, "4 px"], [9, "30 px"]], "curve": "exponential", "base": 1.5},
       "fill": {"column": "depth", "interpolate": [[0, "red"], [700, "blue"]], "curve": "sqrt"},
       "stroke": {"colour": "white", "width": "0.1 mm"}, "rotation": {"column": "strike"}, "offset": ["1 px", "-1 px"], "opacity": 0.9},
      {"type": "label", "text": "{dip:0}°", "size": "2 mm", "colour": "navy", "halo": {"colour": "white", "width": "0.3 mm"},
       "anchor": "right", "offset": ["1 mm", "0 mm"], "overlap": true, "opacity": 0.8}
    ]},
    {"else": true, "symbolizers": []},
    {"symbolizers": [
      {"type": "raster", "band": "z", "colour": {"steps": [[0, "#000"], [1, "#fff"]]}, "resampling": "nearest",
       "hillshade": {"azimuth": 300, "altitude": 40, "exaggeration": 2, "strength": 0.6}},
      {"type": "raster", "bands": [3, 2, "blue"], "range": [[0, 1], [0, 2], [0, 3]], "opacity": 0.7},
      {"type": "raster", "bands": [0, 1, 2, 3], "range": [0, 4000]},
      {"type": "raster", "colour": {"match": {"1": "green", "2": "gold"}}}
    ]}
  ]
}"##;

#[test]
fn everything_that_is_read_is_written_and_read_again() {
    let style = Style::from_json(EVERYTHING).unwrap();
    let written = style.to_json();
    assert_eq!(Style::from_json(&written).unwrap(), style, "{written}");
    assert_eq!(style.rules[0].symbolizers.len(), 4);
    assert_eq!(style.title.get(&["ja"]), "全部");
}

#[test]
fn an_error_names_the_path_and_what_is_wanted() {
    let rule = |symbolizer: &str| format!(r#"{{"rules": [{{"symbolizers": [{symbolizer}]}}]}}"#);
    for (text, place, words) in [
        ("[]".to_owned(), "style", "an object"),
        ("{}".to_owned(), "style", "“rules” is missing"),
        (r#"{"rules": [], "rule": 1}"#.to_owned(), "rule", "not known here"),
        (r#"{"rules": [{"symbolizers": [], "min_scale": 0}]}"#.to_owned(), "rules[0].min_scale", "above 0"),
        (rule(r#"{"type": "fil"}"#), "rules[0].symbolizers[0].type", "fill, line, mark"),
        (rule(r#"{"type": "fill"}"#), "rules[0].symbolizers[0]", "“colour” is missing"),
        (rule(r#"{"type": "fill", "colour": "reddish"}"#), "rules[0].symbolizers[0].colour", "no colour"),
        (rule(r#"{"type": "fill", "colour": "red", "color": "red"}"#), "rules[0].symbolizers[0].color", "known are"),
        (rule(r#"{"type": "line", "width": 2}"#), "rules[0].symbolizers[0].width", "needs its unit"),
        (rule(r#"{"type": "line", "width": {"cm": 2}}"#), "rules[0].symbolizers[0].width", "needs its unit"),
        (rule(r#"{"type": "line", "width": {"column": "w"}}"#), "rules[0].symbolizers[0].width", "“unit”"),
        (rule(r#"{"type": "line", "opacity": 1.5}"#), "rules[0].symbolizers[0].opacity", "from 0 to 1"),
        (rule(r#"{"type": "line", "dash": ["0 mm"]}"#), "rules[0].symbolizers[0].dash", "not all 0"),
        (
            rule(r#"{"type": "mark", "size": {"column": "m", "interpolate": [[2, "1 px"], [1, "2 px"]]}}"#),
            "rules[0].symbolizers[0].size.interpolate[1][0]",
            "ascend",
        ),
        (
            rule(r#"{"type": "mark", "size": {"column": "m", "interpolate": [[1, "1 px"], [2, "2 mm"]]}}"#),
            "rules[0].symbolizers[0].size.interpolate[1][1]",
            "share a unit",
        ),
        (rule(r#"{"type": "label", "text": "{"}"#), "rules[0].symbolizers[0].text", "brace"),
        (rule(r#"{"type": "raster", "bands": [0, 1]}"#), "rules[0].symbolizers[0].bands", "three or four"),
        (r#"{"rules": [{"else": true, "filter": "a = 1", "symbolizers": []}]}"#.to_owned(), "rules[0].filter", ""),
    ] {
        let error = Style::from_json(&text).unwrap_err();
        assert_eq!(error.place(), Some(place), "{text}: {error}");
        assert!(error.say().contains(words), "{text}: {error}");
    }
}

#[test]
fn a_document_that_is_too_long_or_too_deep_is_refused() {
    let long = " ".repeat(terrane_model::limits::STYLE_BYTES_MAX + 1);
    assert_eq!(Style::from_json(&long).unwrap_err().kind(), terrane_model::Kind::TooLarge);
    let deep = format!(r#"{{"rules": {}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(Style::from_json(&deep).unwrap_err().kind(), terrane_model::Kind::Invalid);
}

#[test]
fn columns_are_those_of_the_rules_that_draw_at_the_scale() {
    let style = Style::from_json(EVERYTHING).unwrap();
    assert_eq!(style.columns_at(10_000.0), ["depth", "dip", "kind", "mag", "rank", "rgb", "strike", "w"]);
    assert_eq!(style.columns_at(600_000.0), ["mag"], "only the order of rows is left");
    assert_eq!(style.legend_columns(), ["en", "era", "ja"]);
}

#[test]
fn the_examples_of_the_reference_are_styles() {
    let reference = include_str!("../README.md");
    let examples: Vec<&str> =
        reference.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 5);
    for example in examples {
        if let Err(error) = Style::from_json(example) {
            panic!("{error}\n{example}");
        }
    }
}

#[test]
fn checking_names_the_rule_and_the_column() {
    use terrane_model::schema::{Column, ColumnKind, Schema};
    let schema = Schema {
        columns: vec![Column::new("mag", ColumnKind::Float), Column::new("name", ColumnKind::Text)],
        geometry: None,
        time: None,
        key: None,
    };
    let check = |symbolizer: &str| {
        let text = format!(r#"{{"rules": [{{"title": {{"en": "Quakes"}}, "symbolizers": [{symbolizer}]}}]}}"#);
        Style::from_json(&text).unwrap().check(&schema)
    };
    assert!(check(r#"{"type": "mark", "size": {"column": "mag", "unit": "px"}}"#).is_ok());
    for (symbolizer, words) in [
        (r#"{"type": "fill", "colour": {"column": "colour"}}"#, "no column “colour”; there are mag, name"),
        (r#"{"type": "fill", "colour": {"column": "mag"}}"#, "“mag” holds Float values where text"),
        (r#"{"type": "mark", "size": {"column": "name", "unit": "px"}}"#, "“name” holds Text values where numbers"),
        (r#"{"type": "raster", "bands": [0, 1, 2]}"#, "grids"),
    ] {
        let error = check(symbolizer).unwrap_err();
        assert_eq!(error.place(), Some("rules[0] “Quakes”"));
        assert!(error.say().contains(words), "{error}");
    }
}
