//! Settings that are right, settings that are wrong, and what is said about them.

use super::*;

fn written(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(FILE), text).expect("written");
    folder
}

fn findings(text: &str) -> Vec<String> {
    let checked = check(written(text).path()).expect("the table is right");
    checked.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn the_template_is_right_as_it_is_and_with_its_remarks_taken_away() {
    let config = read(written(TEMPLATE).path()).expect("the template is right");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    // “# key = …” and “# [section]” become lines; a title in several languages takes the place of the plain one.
    let with = TEMPLATE.replace("title = \"Terrane\"\n# title", "# title").lines().map(uncommented).collect::<String>();
    let with = with.replace("https://…", "https://a.example").replace("\"…\"\n\n", "\"a@b.example\"\n\n");
    let config = read(written(&with).path()).expect("the examples are right");
    assert_eq!((config.editions.keep, config.quota.bytes), (2, Some(200_000_000_000)));
    let import = &config.import;
    assert_eq!((import.memory_bytes, import.time_seconds, import.file_bytes), (2_000_000_000, 3_600, 20_000_000_000));
    assert!(config.rows().iter().all(|(key, value)| !value.is_null() && config.origin(key) != Origin::Usual), "{with}");
}

fn uncommented(line: &str) -> String {
    let bare = line.strip_prefix("# ").filter(|rest| rest.starts_with('[') || rest.contains(" = "));
    format!("{}\n", bare.unwrap_or(line))
}

#[test]
fn without_a_file_and_with_an_empty_one_all_is_usual_and_what_is_usual_is_allowed() {
    let nothing = read(tempfile::tempdir().expect("a folder").path()).expect("no file is no mistake");
    assert_eq!(nothing, read(written("").path()).expect("an empty file is none"));
    assert_eq!((nothing.editions.keep, nothing.quota.bytes), (2, None));
    let keys: Vec<_> = nothing.rows().iter().map(|(key, _)| key.path()).collect();
    assert_eq!(keys, keys::ALL.iter().map(|key| key.path()).collect::<Vec<_>>(), "every setting is shown");
    for key in keys::ALL {
        let literal = match key.usual {
            Usual::Nothing => continue,
            Usual::Text(text) => format!("{text:?}"),
            Usual::Number(number) => number.to_string(),
        };
        let text = format!("[{}]\n{} = {literal}\n", key.section, key.name);
        assert_eq!(findings(&text), Vec::<String>::new(), "{text}");
        assert!(keys::SECTIONS.iter().any(|(section, _)| *section == key.section));
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_line_key_and_remedy() {
    let text = "[site]\ntitel = \"x\"\n[server]\nlisten = 8080\nport = 1\n[edition]\nkeep = 3\n[editions]\nkeep = 0\n";
    let told = findings(text);
    assert_eq!(
        told,
        [
            "line 2: site.titel: there is no such key. Did you mean “title”?",
            "line 4: server.listen: a whole number stands here. Write an IP address and a port in quotes, such as \"127.0.0.1:8080\".",
            "line 5: server.port: there is no such key. In [server] there can be listen, public_url, trusted_proxies.",
            "line 6: edition: there is no such section. Did you mean “editions”?",
            "line 9: editions.keep: 0 is too little. Write a whole number from 1 to 1000.",
        ]
    );
    let error = read(written(text).path()).expect_err("wrong").to_string();
    assert!(error.contains("terrane.toml: line 2: site.titel") && error.contains("4 more are wrong"), "{error}");
}

#[test]
fn a_key_in_the_wrong_place_is_told_where_it_belongs() {
    assert!(findings("listen = \"127.0.0.1:1\"\n")[0].contains("belongs in [server]"));
    assert!(findings("[site]\nlisten = \"127.0.0.1:1\"\n")[0].contains("belongs in [server]"));
    assert!(findings("server = 1\n")[0].contains("Write [server] on a line of its own"));
}

#[test]
fn values_are_bounded_and_sizes_may_be_words() {
    let right = [
        "[quota]\nbytes = \"1.5 TiB\"",
        "[quota]\nbytes = 1_000_000",
        "[import]\ntime_seconds = 0x10",
        "[cache]\nmemory = 0\ndisk = 0",
    ];
    for text in right {
        assert_eq!(findings(text), Vec::<String>::new(), "{text}");
    }
    for (text, words) in [
        ("[editions]\nkeep = 1001", "1001 is too much"),
        ("[editions]\nkeep = -1", "-1 is too little"),
        ("[editions]\nkeep = 2.0", "a number with a fraction stands here"),
        ("[editions]\nkeep = 99999999999999999999", "is too much"),
        ("[quota]\nbytes = \"lots\"", "“lots” is no size"),
        ("[quota]\nbytes = \"1 kB\"", "“1 kB” is too little"),
        ("[import]\nmemory = true", "true or false stands here"),
        ("[site]\ntitle = { English = \"x\" }", "“English” is no language"),
        ("[site]\ntitle = { en = 1 }", "no text stands at the language “en”"),
        ("[site]\ntitle = \"a\\u0007b\"", "control characters"),
        ("[site]\noperator_email = \"nobody\"", "“nobody” is none"),
        ("[site]\noperator_url = \"javascript:alert(1)\"", "is none"),
        ("[server]\npublic_url = \"https://a.example/?q\"", "is none"),
        ("[server]\ntrusted_proxies = \"10.0.0.0/99\"", "“10.0.0.0/99” has something else in it"),
        ("[clients]\nburst = 0", "0 is too little"),
    ] {
        let told = findings(text);
        assert!(told.len() == 1 && told[0].starts_with("line 2: ") && told[0].contains(words), "{text}: {told:?}");
    }
}

#[test]
fn a_public_address_loses_its_last_slash_and_must_be_http() {
    assert_eq!(public_url("https://a.example/geo/").expect("right"), "https://a.example/geo");
    for wrong in [
        "a.example",
        "ftp://a",
        "http://",
        "https://a.example/?x=1",
        "https://a\nb",
        "https://me@a.example",
        "https:///x",
    ] {
        assert!(public_url(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_published_schema_is_the_one_that_the_table_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/terrane.schema.json");
    let published = std::fs::read_to_string(path).unwrap_or_default();
    let made = format!("{:#}\n", schema());
    assert!(
        published == made,
        "docs/reference/terrane.schema.json is not in step; write it with: cargo run -p terrane-server -- config schema > docs/reference/terrane.schema.json"
    );
}

#[test]
fn a_change_is_taken_a_broken_file_is_not_and_a_new_port_waits_for_a_restart() {
    let folder = written("[site]\ntitle = \"Old\"\n");
    let live =
        Live::read(folder.path(), Options { public_url: Some("https://option.example".to_owned()), listen: None });
    let live = live.expect("right");
    let write = |text: &str| std::fs::write(folder.path().join(FILE), text).expect("written");
    write(
        "[site]\ntitle = \"New\"\n[editions]\nkeep = 7\n[server]\npublic_url = \"https://file.example\"\nlisten = \"127.0.0.1:9\"\n",
    );
    let changes = live.reload().expect("right");
    assert_eq!(changes.len(), 3, "{changes:?}");
    assert!(changes[2].contains("server.listen") && changes[2].contains("restart"), "{changes:?}");
    let now = live.now();
    assert_eq!((now.site.title.get(&[]), now.editions.keep, now.server.listen.port()), ("New", 7, 8080));
    assert_eq!(now.server.public_url.as_deref(), Some("https://option.example"), "an option goes before the file");
    assert_eq!(now.origin(&keys::PUBLIC_URL), Origin::Option("--public-url"));
    write("[site]\ntitle = \n");
    assert!(live.reload().expect_err("broken").to_string().contains("line 2"));
    std::fs::remove_file(folder.path().join(FILE)).expect("removed");
    assert!(live.reload().expect_err("gone").to_string().contains("gone"));
    assert_eq!(live.now(), now);
}

const SET: &str = "[tiles.sets.Own]\ncrs = \"EPSG:32654\"\norigin = [0, 5e6]\ncell_sizes = [1000, 250.5]\nextent = [0, 3e6, 1e6, 5e6]\n";

#[test]
fn tile_matrix_sets_of_ones_own_are_read() {
    let config = read(written(SET).path()).expect("it is right");
    let [set] = &config.tile_sets[..] else { panic!("one set") };
    assert_eq!((set.id.as_str(), set.crs.name(), set.matrices.len()), ("Own", "EPSG:32654", 2));
    assert_eq!((set.matrices[0].tiles, set.matrices[0].tile_px), ([4, 8], [256, 256]));
    let scales =
        SET.replace("cell_sizes = [1000, 250.5]", "scales = [1e6, 5e5]\ntile_size = [512, 256]\ntitle = \"Ours\"");
    let config = read(written(&scales).path()).expect("it is right");
    let set = &config.tile_sets[0];
    assert!((set.matrices[1].cell_size - 140.0).abs() < 1e-9 && set.title == "Ours", "{set:?}");
    assert_eq!(set.matrices[0].tile_px, [512, 256]);
}

#[test]
fn what_is_wrong_with_a_tile_matrix_set_is_told() {
    for (from, to, words) in [
        ("EPSG:32654", "EPSG:1", "Own: crs: "),
        ("crs = \"EPSG:32654\"\n", "", "Own: crs is missing"),
        ("[0, 5e6]", "5", "Own: origin is a list of numbers"),
        ("[0, 5e6]", "[0]", "Own: origin is x, then y"),
        ("[0, 5e6]", "[10, 5e6]", "Own: The extent must lie right of"),
        ("[1000, 250.5]", "[1000, 1000]", "Own: The smallest scale"),
        ("[1000, 250.5]", "[1000, nan]", "Own: cell_sizes is a list of numbers"),
        ("cell_sizes = [1000, 250.5]", "", "Own: cell_sizes or scales is missing"),
        ("extent", "extend", "Own: there is no key “extend”"),
        ("sets.Own", "sets.WebMercatorQuad", "There is a tile matrix set “WebMercatorQuad” already"),
        ("sets.Own", "sets.\"a b\"", "a b: a name is letters"),
        ("crs =", "tile_size = 0\ncrs =", "Own: tile_size is a whole number"),
    ] {
        let told = findings(&SET.replace(from, to));
        assert!(told.len() == 1 && told[0].contains("tiles.sets") && told[0].contains(words), "{to}: {told:?}");
    }
}
