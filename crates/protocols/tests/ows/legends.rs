//! Legends: as large as they are said to be, sharp, in the language asked for.

use crate::ground::get;
use crate::picture::Shown;

const LEGEND: &str = "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&FORMAT=image/png";

#[test]
fn a_layer_has_the_legend_of_its_style() {
    let red = |style: &str| {
        let shown = Shown::of(&get(&format!("{LEGEND}&LAYER=red&STYLE={style}")));
        shown.box_of(|colour| colour == [255, 0, 0, 255]).is_some()
    };
    assert!(red("default") && red("") && !red("green"));
    let of_map = Shown::of(&get(&format!("{LEGEND}&LAYER=both/red")));
    assert!(
        of_map.box_of(|colour| colour == [0, 255, 0, 255]).is_some(),
        "a layer of a map has the style it has there"
    );
}

#[test]
fn a_grid_has_a_ramp_with_its_unit() {
    let shown = Shown::of(&get(&format!("{LEGEND}&LAYER=relief")));
    assert!(shown.height > 150, "{} × {}", shown.width, shown.height);
    let black = shown.box_of(|colour| colour == [0, 0, 0, 255] || colour[0] < 8);
    assert!(black.is_some(), "the ramp begins black");
}

#[test]
fn a_legend_for_a_sharper_screen_is_larger() {
    let plain = Shown::of(&get(&format!("{LEGEND}&LAYER=red")));
    let sharp = Shown::of(&get(&format!("{LEGEND}&LAYER=red&DPI=181")));
    let times = f64::from(sharp.height) / f64::from(plain.height);
    assert!((times - 2.0).abs() < 0.15, "{times}");
}

#[test]
fn the_language_in_the_address_settles_the_words_and_a_legend_is_known_again() {
    let asked = |rest: &str, headers: &[(&str, &str)]| {
        crate::ground::get_with(&format!("{LEGEND}&LAYER=line&STYLE=pixels{rest}"), headers)
    };
    let (english, japanese) = (asked("", &[]), asked("&LANGUAGE=ja", &[]));
    assert_ne!(english.body, japanese.body);
    assert_eq!(asked("", &[("accept-language", "ja")]).body, japanese.body);
    assert_eq!(asked("&LANG=ja", &[("accept-language", "en")]).body, japanese.body);
    let tag = japanese.header("etag").to_owned();
    assert_eq!(asked("&LANGUAGE=ja", &[("if-none-match", &tag)]).status, 304);
    assert_eq!(asked("", &[("if-none-match", &tag)]).status, 200);
    assert!(english.header("vary").contains("Accept-Language"), "{}", english.header("vary"));
}

#[test]
fn a_map_of_several_layers_has_no_single_legend() {
    let got = get(&format!("{LEGEND}&LAYER=both"));
    assert_eq!(got.status, 400);
    assert!(got.text().contains("one by one"), "{}", got.text());
}

#[test]
fn clients_that_leave_the_format_out_get_a_picture() {
    assert!(Shown::of(&get("REQUEST=GetLegendGraphic&LAYER=red")).width > 10);
}
