//! What every answer has around it, and what no request may do.

use crate::kit::{Desk, Server};

/// A desk with one dataset, and its server.
fn served(more: &[&str]) -> (Desk, Server) {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units(), "--title", "Units"]).ok();
    let server = desk.serve(more);
    (desk, server)
}

const PAGES: [&str; 8] =
    ["/", "/?f=json", "/collections", "/collections/units/items", "/d/units", "/nowhere", "/healthz", "/api"];

#[test]
fn every_answer_has_the_headers_that_keep_browsers_safe() {
    let (_desk, server) = served(&[]);
    for path in PAGES {
        let answer = server.get(path);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = answer.header("content-security-policy").unwrap_or("");
        for words in ["default-src 'self'", "object-src 'none'", "frame-ancestors 'self'"] {
            assert!(policy.contains(words), "{path}: {policy}");
        }
        assert!(!policy.contains("http:") && !policy.contains("connect-src"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"), "{path}: {policy}");
        assert!(answer.header("referrer-policy").is_some(), "{path}");
        assert!(answer.header("server").is_none() && answer.header("x-powered-by").is_none(), "{path}");
        assert_eq!(answer.header("x-request-id").map(str::len), Some(32), "{path}");
    }
    assert_ne!(server.get("/").header("x-request-id"), server.get("/").header("x-request-id"));
}

#[test]
fn pages_of_other_sites_may_read_but_bring_no_credentials() {
    let (_desk, server) = served(&[]);
    let answer =
        server.ask("GET", "/collections/units/items", &[("Origin", "https://other.example"), ("Cookie", "a=b")]);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert!(answer.header("access-control-allow-credentials").is_none());
    let preflight = [
        ("Origin", "https://other.example"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "accept"),
    ];
    let answer = server.ask("OPTIONS", "/collections/units/items", &preflight);
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert!(
        answer.header("access-control-allow-methods").is_some()
            && answer.header("access-control-allow-headers").is_some()
    );
}

#[test]
fn large_answers_are_compressed_when_asked_and_small_ones_and_pictures_are_not() {
    let (_desk, server) = served(&[]);
    let encoding = |path: &str, accepted: &str| {
        let answer = server.ask("GET", path, &[("Accept-Encoding", accepted)]);
        assert_eq!(answer.status, 200, "{path}");
        answer.header("content-encoding").map(str::to_owned)
    };
    assert_eq!(encoding("/api?f=json", "gzip").as_deref(), Some("gzip"));
    assert_eq!(encoding("/api?f=json", "br").as_deref(), Some("br"));
    assert_eq!(encoding("/api?f=json", "identity"), None);
    assert_eq!(encoding("/healthz", "gzip"), None);
    let map = "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=units&STYLES=&CRS=CRS:84&BBOX=135,34,140,37&WIDTH=600&HEIGHT=400&FORMAT=image/png";
    assert_eq!(encoding(map, "gzip, br"), None);
}

#[test]
fn what_is_not_there_is_told_in_the_form_that_was_asked() {
    let (_desk, server) = served(&[]);
    for (path, accept, media) in [
        ("/nowhere", "text/html", "text/html"),
        ("/nowhere", "application/json", "json"),
        ("/collections/nowhere", "text/html", "text/html"),
        ("/collections/nowhere", "*/*", "json"),
        ("/d/nowhere", "text/html", "text/html"),
        ("/p/nowhere", "text/html", "text/html"),
        ("/collections/units/items/99", "application/geo+json", "json"),
    ] {
        let answer = server.ask("GET", path, &[("Accept", accept)]);
        assert_eq!(answer.status, 404, "{path}");
        let told = answer.header("content-type").unwrap_or("").to_owned();
        assert!(told.contains(media), "{path} as {accept}: {told}");
        assert!(!answer.body.is_empty(), "{path}");
    }
    assert_eq!(server.get("/assets/no-such-file.js").status, 404);
}

#[test]
fn head_says_what_get_would_without_the_body() {
    let (_desk, server) = served(&[]);
    for path in ["/", "/collections?f=json", "/collections/units/items", "/d/units"] {
        let (head, get) = (server.ask("HEAD", path, &[]), server.get(path));
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}

#[test]
fn methods_that_are_not_offered_are_refused_and_nothing_is_echoed() {
    let (_desk, server) = served(&[]);
    for method in ["TRACE", "PUT", "DELETE", "PATCH", "BREW", "get"] {
        let answer = server.ask(method, "/collections", &[("X-Secret", "echo-me")]);
        assert!((400..=501).contains(&answer.status) && answer.status != 500, "{method}: {}", answer.status);
        assert!(!answer.text().contains("echo-me"), "{method}");
    }
    let overridden = server.ask("GET", "/collections?_method=DELETE", &[("X-HTTP-Method-Override", "DELETE")]);
    assert_ne!(overridden.status, 500);
    assert_eq!(server.get("/collections/units").status, 200, "nothing was deleted");
}

#[test]
fn an_address_that_is_too_long_is_refused_and_a_long_one_is_not() {
    let (_desk, server) = served(&[]);
    let path = |length: usize| format!("/collections/units/items?filter=name='{}'", "x".repeat(length));
    assert_eq!(server.get(&path(20_000)).status, 200);
    for length in [70_000, 300_000] {
        let status = server.get(&path(length)).status;
        assert!(status == 414 || status == 431, "{length}: {status}");
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn links_begin_with_the_public_address_and_with_nothing_that_a_client_sends() {
    let (_desk, server) = served(&["--public-url", "https://maps.example.org/geo/"]);
    let lies = [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Forwarded-Prefix", "/evil"),
        ("Forwarded", "host=evil.example;proto=gopher"),
    ];
    for path in [
        "/?f=json",
        "/collections?f=json",
        "/collections/units/items?limit=1",
        "/api?f=json",
        "/wms?SERVICE=WMS&REQUEST=GetCapabilities",
        "/",
        "/d/units",
    ] {
        for path in [path.to_owned(), format!("/geo{path}")] {
            let answer = server.ask("GET", &path, &lies);
            assert_eq!(answer.status, 200, "{path}");
            let text = answer.text().replace("&#x2f;", "/");
            assert!(text.contains("https://maps.example.org/geo/"), "{path}");
            for wrong in ["evil", "gopher", "localhost", "127.0.0.1", "geo//"] {
                assert!(!text.contains(wrong), "{path} has {wrong}");
            }
            let headers = [answer.header("link"), answer.header("location")].map(|it| it.unwrap_or("").to_owned());
            assert!(!headers.concat().contains("evil"), "{path}: {headers:?}");
        }
    }
    assert_eq!(server.get("/geology").status, 404, "only whole parts of the path are cut");
}

#[test]
fn odd_bytes_in_an_address_are_answered_below_500() {
    let (_desk, server) = served(&[]);
    for path in [
        "/%00",
        "/%zz",
        "/%",
        "/collections/%ff%fe",
        "/collections/%00",
        "/collections/units%0d%0aX-Injected:1",
        "/d/%c0%ae%c0%ae",
        "/collections/units/items?bbox=%00",
        "/collections/units/items?limit=%zz",
        "/collections/units/items?filter=%ff",
        "/../../etc/passwd",
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "//evil.example/",
        "/p/..%2f..%2f",
        "/collections/units/items?f=%0d%0aSet-Cookie:a=b",
        "/?next=https://evil.example",
        "/collections/../collections",
    ] {
        let answer = server.get(path);
        assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.text());
        assert!(answer.header("x-injected").is_none() && answer.header("set-cookie").is_none(), "{path}");
        assert!(!answer.header("location").unwrap_or("").contains("evil"), "{path}");
        assert!(!answer.text().contains("root:"), "{path}");
    }
}

#[test]
fn requests_that_are_smuggled_or_absurd_get_one_answer_or_none() {
    let (_desk, server) = served(&[]);
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /nowhere HTTP/1.1\r\nX: y\r\n\r\n";
    let twice = "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 30\r\n\r\nGET /nowhere HTTP/1.1\r\n\r\n";
    let obscured =
        "GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\nConnection: close\r\n\r\n0\r\n\r\n";
    for request in [
        smuggled,
        twice,
        obscured,
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}",
        "GET / HTTP/9.9\r\n\r\n",
    ] {
        let bytes = server.bytes(request.as_bytes());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.matches("HTTP/1.1 404").count() == 0, "the second request was answered: {text}");
    }
    let ranges = format!("bytes={}", (0..5_000).map(|at| format!("{at}-")).collect::<Vec<_>>().join(","));
    let status = server.ask("GET", "/collections/units/items", &[("Range", &ranges)]).status;
    assert!([200, 206, 416, 431].contains(&status), "{status}");
    let accept = vec!["text/x;q=0.1"; 1_500].join(",");
    assert!(server.ask("GET", "/", &[("Accept", &accept)]).status < 500);
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let (_desk, server) = served(&[]);
    let head =
        "POST /collections/units/items HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 9999999999\r\n\r\n";
    let answer = String::from_utf8_lossy(&server.bytes(head.as_bytes())).into_owned();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}
