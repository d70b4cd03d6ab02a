//! Text of several scripts.

use super::*;
use crate::canvas::pixels::Pixels;

#[test]
fn text_of_the_scripts_that_are_built_in_misses_nothing() {
    let fonts = Fonts::built_in();
    for text in ["Địa chất Việt Nam", "หินแกรนิต", "ຫີນແກຣນິດ", "ថ្មក្រានីត", "ကျောက်", "Гранит", "m² °C ±"]
    {
        assert!(fonts.missing(text).is_empty(), "{text}: {:?}", fonts.missing(text));
        let shaped = Pencil::new(&fonts).shape(text, None);
        assert!(shaped.missing.is_empty() && shaped.width > 1.0);
    }
}

#[test]
fn what_no_font_has_is_named_and_drawn_as_boxes() {
    let fonts = Fonts::built_in();
    assert_eq!(fonts.missing("層A"), ['層']);
    let mut pencil = Pencil::new(&fonts);
    let shaped = pencil.shape("層", None);
    assert_eq!(shaped.missing, ['層']);
    let mut pixels = Pixels::clear(40, 40);
    pencil.write(&mut pixels, Placed { text: &shaped, size: 24.0, at: [8.0, 30.0] }, [0, 0, 0, 255]);
    assert!(pixels.into_picture().rgba.iter().any(|&byte| byte > 0));
}

#[test]
fn khmer_consonants_stack_instead_of_standing_in_a_row() {
    let fonts = Fonts::built_in();
    let mut pencil = Pencil::new(&fonts);
    let (stacked, apart) = (pencil.shape("ថ្ម", None), pencil.shape("ថម", None));
    assert!(stacked.width < apart.width * 0.8, "{} {}", stacked.width, apart.width);
}

#[test]
fn a_capital_is_as_high_as_its_font_says() {
    let fonts = Fonts::built_in();
    let mut pencil = Pencil::new(&fonts);
    let shaped = pencil.shape("H", None);
    let mut pixels = Pixels::clear(120, 120);
    pencil.write(&mut pixels, Placed { text: &shaped, size: 100.0, at: [10.0, 100.0] }, [0, 0, 0, 255]);
    let picture = pixels.into_picture();
    let inked = (0..120).filter(|&y| (0..120).any(|x| picture.pixel(x, y)[3] > 127)).count();
    assert!(inked.abs_diff(71) <= 1, "Noto Sans: capitals are 714/1000 em high, not {inked} px");
}

#[test]
fn a_halo_surrounds_the_text_and_leaves_no_hole() {
    let fonts = Fonts::built_in();
    let mut pencil = Pencil::new(&fonts);
    let shaped = pencil.shape("o", None);
    let cover = |pencil: &mut Pencil<'_>, reach: f64| {
        let mut pixels = Pixels::clear(60, 60);
        pencil.halo(&mut pixels, Placed { text: &shaped, size: 40.0, at: [15.0, 45.0] }, [255; 4], reach);
        pixels.into_picture()
    };
    let (thin, thick) = (cover(&mut pencil, 1.0), cover(&mut pencil, 8.0));
    let count =
        |picture: &terrane_model::picture::Picture| picture.rgba.chunks(4).filter(|pixel| pixel[3] == 255).count();
    assert!(count(&thick) > count(&thin) * 2);
    let centre = [15 + (shaped.width * 20.0) as u32, 45 - 10];
    assert_eq!(thin.pixel(centre[0], centre[1])[3], 0, "the eye of the letter is open");
    assert_eq!(thick.pixel(centre[0], centre[1])[3], 255, "a wide halo closes it");
}

#[test]
fn control_characters_and_endless_labels_are_cut() {
    let fonts = Fonts::built_in();
    let mut pencil = Pencil::new(&fonts);
    assert_eq!(pencil.shape("a\n\u{7}b", None).width, pencil.shape("ab", None).width);
    let long = pencil.shape(&"m".repeat(100_000), None);
    assert!(long.glyphs.len() <= terrane_model::limits::LABEL_CHARACTERS_MAX + 1);
}
