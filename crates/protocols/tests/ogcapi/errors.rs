//! The error table: what is asked, what is answered, and which parameter is named.

use crate::kit::{ask, get, get_with};

#[test]
fn wrong_questions_are_400_and_name_the_parameter() {
    let deep = format!("filter={}magnitude=1{}", "(".repeat(5_000), ")".repeat(5_000));
    let items = [
        ("shoe=9", "shoe"),
        ("offset=3", "offset"),
        ("limit=0", "limit"),
        ("limit=unlimited", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("bbox=0,10,1,0", "bbox"),
        ("bbox=0,0,1e999,1", "bbox"),
        ("bbox=nan,0,1,1", "bbox"),
        ("bbox=0,0,1,1&bbox-crs=EPSG:27700", "bbox-crs"),
        ("crs=EPSG:2449", "crs"),
        ("crs=%2Bproj%3Dlonglat", "crs"),
        ("crs=http://127.0.0.1/crs", "crs"),
        ("filter-crs=nonsense", "filter-crs"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2020-01-01/2019-01-01", "datetime"),
        ("filter=magnitude%20%3E", "filter"),
        ("filter=nothere%3D1", "filter"),
        ("filter=magnitude%3D%27x%27", "filter"),
        ("filter-lang=cql", "filter-lang"),
        ("filter-lang=cql2-json&filter=%7B", "filter"),
        (deep.as_str(), "filter"),
        ("sortby=nothere", "sortby"),
        ("sortby=", "sortby"),
        ("properties=nothere", "properties"),
        ("cursor=AAAA", "cursor"),
        ("cursor=%FF", ""),
        ("count=yes", "count"),
        ("magnitude=large", "magnitude"),
        ("number=1%3BDROP%20TABLE%20x", "number"),
        ("time=soon", "time"),
        ("f=shoe", "f"),
        ("f=json&f=html", "f"),
    ];
    for (query, parameter) in items {
        let got = get(&format!("/collections/quakes/items?{query}"));
        let shown: String = query.chars().take(60).collect();
        assert_eq!(got.status, 400, "{shown}: {}", got.text());
        assert_eq!(got.header("content-type"), "application/problem+json", "{shown}");
        let problem = got.json();
        assert_eq!(problem["status"], 400);
        assert!(problem["detail"].as_str().is_some_and(|say| say.len() > 10), "{problem}");
        if !parameter.is_empty() {
            assert_eq!(problem["parameter"], parameter, "{shown}: {problem}");
        }
    }
}

#[test]
fn unknown_parameters_are_400_on_every_resource() {
    for path in [
        "/",
        "/conformance",
        "/api",
        "/collections",
        "/collections/quakes",
        "/collections/quakes/items",
        "/collections/quakes/items/1",
        "/collections/quakes/queryables",
        "/collections/quakes/schema",
        "/collections/quakes/styles",
        "/collections/quakes/styles/default",
        "/collections/quakes/styles/default/legend",
        "/maps",
        "/maps/all",
    ] {
        let got = get(&format!("{path}?unknownQueryParameter=1"));
        assert_eq!(got.status, 400, "{path}");
        assert_eq!(got.json()["parameter"], "unknownQueryParameter", "{path}");
    }
}

#[test]
fn what_is_not_here_is_404() {
    for path in [
        "/nowhere",
        "/collections/nothere",
        "/collections/UPPER/items",
        "/collections/..%2F..%2Fetc%2Fpasswd",
        "/collections/quakes/items/99",
        "/collections/quakes/items/1%27%20OR%20%271%27%3D%271",
        "/collections/quakes/styles/nothere",
        "/collections/quakes/styles/..%2Fdefault/legend",
        "/collections/relief/items",
        "/collections/relief/queryables",
        "/maps/nothere",
        "/d/nothere",
        "/d/quakes/files/..%2Fcatalogue.sqlite",
        "/d/units/files/a",
    ] {
        let got = get(path);
        assert_eq!(got.status, 404, "{path}: {}", got.text());
        assert_eq!(got.header("cache-control"), "no-store", "{path}");
    }
}

#[test]
fn addresses_that_are_not_utf8_are_400() {
    for path in ["/collections/%FF", "/collections/%00", "/collections/quakes/items?f=%C0%AF", "/?f=%"] {
        assert_eq!(get(path).status, 400, "{path}");
    }
}

#[test]
fn methods_that_change_are_405_and_nothing_is_changed() {
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let got = ask(method, "/collections/quakes/items", &[]);
        assert_eq!(got.status, 405, "{method}");
        assert_eq!(got.json()["status"], 405);
    }
    let disguised = ask("GET", "/collections/quakes/items", &[("x-http-method-override", "DELETE")]);
    assert_eq!(disguised.status, 200);
    assert_eq!(crate::kit::post("/collections", b"<a/>").status, 405, "a document changes nothing either");
}

#[test]
fn browsers_get_errors_as_pages_with_markup_escaped() {
    let got = get_with("/collections/%3Cscript%3Ealert(1)%3C%2Fscript%3E", &[("accept", "text/html")]);
    assert_eq!(got.status, 404);
    assert!(got.header("content-type").starts_with("text/html"));
    assert!(!got.text().contains("<script"), "{}", got.text());
    let named = get_with("/?%3Cscript%3E=1", &[("accept", "text/html")]);
    assert_eq!(named.status, 400);
    assert!(!named.text().contains("<script"));
}
