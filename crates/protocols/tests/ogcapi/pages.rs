//! Pages: complete, in every language, and safe whatever the data says.

use crate::kit::{FILE_NAME, MARKUP, get, get_with};

const PAGES: [&str; 31] = [
    "/",
    "/?q=earth",
    "/?q=%3Cscript%3E",
    "/conformance",
    "/api",
    "/collections",
    "/collections/quakes",
    "/collections/quakes/items",
    "/collections/quakes/items?limit=2",
    "/collections/quakes/items/2",
    "/collections/quakes/items/4",
    "/collections/quakes/queryables",
    "/collections/quakes/schema",
    "/collections/relief/styles",
    "/collections/hostile",
    "/collections/hostile/items",
    "/collections/hostile/styles",
    "/maps",
    "/maps/all",
    "/d/relief",
    "/tileMatrixSets",
    "/tileMatrixSets/UTM54WGS84Quad",
    "/collections/quakes/tiles",
    "/collections/relief/map/tiles/WorldCRS84Quad",
    "/map/tiles?collections=relief,quakes",
    "/vocabularies",
    "/vocabularies?q=%E5%BE%8C%E6%9C%9F%E7%99%BD%E4%BA%9C%E7%B4%80",
    "/vocabularies/simplelithology?q=%3Cscript%3E",
    "/vocabularies/simplelithology/granite",
    "/vocabularies/ischart",
    "/vocabularies/ischart/UpperJurassic",
];

/// Languages of the pages, each with its word for datasets.
const LANGUAGES: [(&str, &str); 10] = [
    ("en", "Datasets"),
    ("id", "Set data"),
    ("vi", "Bộ dữ liệu"),
    ("ja", "データセット"),
    ("ko", "데이터셋"),
    ("zh", "数据集"),
    ("km", "សំណុំទិន្នន័យ"),
    ("lo", "ຊຸດຂໍ້ມູນ"),
    ("my", "အချက်အလက်အစုများ"),
    ("th", "ชุดข้อมูล"),
];

fn page(path: &str, language: &str) -> String {
    let got = get_with(path, &[("accept", "text/html"), ("accept-language", language)]);
    assert_eq!(got.status, 200, "{path}: {}", got.text());
    assert_eq!(got.header("content-type"), "text/html; charset=utf-8", "{path}");
    slashes(&got.text())
}

/// The template engine also escapes slashes, which changes nothing for a browser.
fn slashes(text: &str) -> String {
    text.replace("&#x2f;", "/")
}

#[test]
fn every_page_is_complete_in_every_language_and_needs_no_script_or_inline_style() {
    for path in PAGES {
        for (language, home) in LANGUAGES {
            let text = page(path, language);
            assert!(text.contains(&format!("<html lang=\"{language}\">")) && text.contains(home), "{path}");
            assert!(text.trim_end().ends_with("</html>"), "{path}");
            for forbidden in ["<script", " style=", " onclick=", "javascript:alert(1)\"", "{{", "None"] {
                assert!(!text.contains(forbidden), "{path} has {forbidden}: {text}");
            }
        }
    }
}

#[test]
fn markup_in_data_stays_text() {
    for path in PAGES {
        let text = page(path, "en");
        assert!(!text.contains(MARKUP) && !text.contains("alert(1)</script>"), "{path}");
    }
    assert!(page("/d/hostile", "en").contains("&lt;script&gt;"));
    let rows = page("/collections/hostile/items", "en");
    assert!(!rows.contains("href=\"javascript:"), "{rows}");
    assert!(rows.contains("href=\"https://example.org"), "{rows}");
}

#[test]
fn pages_are_well_formed_enough_for_a_strict_reader() {
    for path in PAGES {
        let text = page(path, "en").replacen("<!doctype html>", "", 1);
        let closed = close_empty_elements(&text);
        if let Err(error) = roxmltree::Document::parse(&closed) {
            panic!("{path}: {error}\n{closed}");
        }
    }
}

/// Elements without an end in HTML get one, so that an XML reader can judge the rest.
fn close_empty_elements(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').expect("tags end") + start;
        let tag = &rest[start..end];
        let name: String = tag[1..].chars().take_while(char::is_ascii_alphanumeric).collect();
        text.push_str(&rest[..end]);
        let empty = ["meta", "link", "img", "input", "br"].contains(&name.as_str());
        if empty && !tag.ends_with('/') {
            text.push('/');
        }
        text.push('>');
        rest = &rest[end + 1..];
    }
    (text + rest).replace(" readonly ", " readonly=\"\" ").replace(" selected>", " selected=\"\">")
}

#[test]
fn links_of_pages_stay_below_the_prefix_and_lead_somewhere() {
    for path in PAGES {
        let text = page(path, "en");
        for href in text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let href = href.replace("&amp;", "&");
            let Some(below) = href.strip_prefix('/') else { continue };
            let below = below.strip_prefix("geo").unwrap_or_else(|| panic!("{path}: {href} is outside the prefix"));
            if below.starts_with("/p/") || below.starts_with("/wms") {
                continue;
            }
            assert_eq!(get_with(below, &[("accept", "text/html")]).status, 200, "{path}: {href}");
        }
    }
}

#[test]
fn the_language_asked_for_by_address_stays_through_the_links() {
    let text = get_with("/d/quakes?lang=ja", &[("accept", "text/html"), ("accept-language", "en")]).text();
    let text = slashes(&text);
    assert!(text.contains("日付変更線の地震") && text.contains("/geo/collections?lang=ja"), "{text}");
}

#[test]
fn the_language_is_chosen_by_the_browser_with_or_without_a_region_and_said_in_the_answer() {
    let spoken = |path: &str, accepted: &str| {
        let got = get_with(path, &[("accept", "text/html"), ("accept-language", accepted)]);
        let said = got.header("content-language").to_owned();
        assert!(got.text().contains(&format!("<html lang=\"{said}\">")), "{path}: {accepted}");
        said
    };
    assert_eq!(spoken("/", "zh-Hant-TW, en;q=0.8"), "zh");
    assert_eq!(spoken("/", "mn-MN, ko-KR;q=0.9, en;q=0.8"), "ko");
    assert_eq!(spoken("/", "in"), "id", "the tag of Indonesian until 1989 is still sent");
    assert_eq!(spoken("/", "mn"), "en", "nobody has written Mongolian yet");
    assert_eq!(spoken("/?lang=zh-CN", "ja"), "zh");
    assert_eq!(spoken("/?lang=mn", "th"), "th", "what is not spoken leaves the choice to the browser");
}

#[test]
fn the_menu_offers_every_language_in_its_own_name_and_keeps_the_question() {
    let text = page("/collections/quakes/items?limit=2", "my");
    let menu = text.split("<details class=\"languages\">").nth(1).and_then(|rest| rest.split("</details>").next());
    let menu = menu.expect("the page has a menu of languages");
    for (tag, name) in [("en", "English"), ("id", "Bahasa Indonesia"), ("km", "ខ្មែរ"), ("th", "ไทย")] {
        let link = format!(
            "lang=\"{tag}\" hreflang=\"{tag}\" href=\"/geo/collections/quakes/items?limit=2&amp;lang={tag}\">{name}</a>"
        );
        assert!(menu.contains(&link), "{menu}");
    }
    assert_eq!(menu.matches("<li>").count(), LANGUAGES.len());
    assert!(menu.contains("<span aria-current=\"true\">မြန်မာ</span>"), "{menu}");
}

#[test]
fn searching_narrows_the_list() {
    let found = page("/collections?q=dateline", "en");
    assert!(found.contains("Earthquakes of the dateline") && !found.contains("Geological units"));
    let japanese = page("/collections?q=%E5%9C%B0%E8%B3%AA%E5%8D%98%E5%85%83", "en");
    assert!(japanese.contains("Geological units"), "titles are found in every language");
    assert!(page("/collections?q=nothinglikethis", "en").contains("fewer words"));
}

#[test]
fn original_files_are_given_whole_and_by_range_and_never_shown_in_the_page() {
    let path = "/d/quakes/files/quakes%20%22a%22%3Cb%3E.csv";
    assert!(page("/d/quakes", "en").contains("quakes%20%22a%22%3Cb%3E.csv"));
    let whole = get(path);
    assert_eq!((whole.status, whole.text().as_str()), (200, "0123456789"), "{FILE_NAME}");
    assert_eq!(whole.header("content-disposition"), "attachment; filename*=UTF-8''quakes%20%22a%22%3Cb%3E.csv");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    let part = get_with(path, &[("range", "bytes=2-4")]);
    assert_eq!((part.status, part.text().as_str()), (206, "234"));
    assert_eq!(part.header("content-range"), "bytes 2-4/10");
    assert_eq!(get_with(path, &[("range", "bytes=10-")]).status, 416);
}

#[test]
fn the_style_sheet_may_be_kept_for_ever_and_its_address_changes_with_it() {
    let text = page("/", "en");
    let href = text.split("href=\"/geo/assets/site.css").nth(1).and_then(|rest| rest.split('"').next());
    let sheet = get(&format!("/assets/site.css{}", href.expect("the page names its style sheet")));
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert!(sheet.header("cache-control").contains("immutable"));
}
