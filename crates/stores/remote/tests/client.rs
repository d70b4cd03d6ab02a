//! The client against servers on this machine that lie, stall, flood and point elsewhere. A canary must never hear of it.
#![allow(clippy::panic)]

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use terrane_model::limits::{OUTGOING_HEADERS_MAX, OUTGOING_REDIRECTS_MAX};
use terrane_model::outgoing::{Fetch, Fetched, Outgoing as _, Post};
use terrane_model::{BoxFuture, Kind, Result};
use terrane_store_remote::{Client, Resolve, Rules};

/// A server that gives every connection to a function, and how many there were.
struct Server {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Server {
    /// At a port that the rule for ports lets through, so that it is the address that is judged.
    fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener =
            (8_100..8_999).find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok()).expect("a free port");
        let (address, asked) = (listener.local_addr().expect("it is bound"), Arc::<AtomicUsize>::default());
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                serve(stream);
            }
        });
        Self { address, asked }
    }

    /// Answers every request with the same bytes.
    fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |mut stream| {
            heard(&mut stream);
            let _ = stream.write_all(&answer);
        })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn rules(&self) -> Rules {
        Rules::parse(&self.address.to_string()).expect("an address")
    }
}

/// The head of a request.
fn heard(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn fetch(client: &Client, url: impl Into<String>) -> Result<Fetched> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(client.fetch(Fetch::new(url)))
}

fn kind(outcome: Result<Fetched>) -> Kind {
    outcome.expect_err("it is refused").kind()
}

/// Tells other addresses each time that it is asked.
#[derive(Debug)]
struct Rebinding(Vec<Vec<SocketAddr>>, AtomicUsize);

impl Resolve for Rebinding {
    fn addresses<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, std::io::Result<Vec<SocketAddr>>> {
        let time = self.1.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(self.0[time.min(self.0.len() - 1)].clone()) })
    }
}

fn telling(times: &[&[SocketAddr]]) -> Box<Rebinding> {
    Box::new(Rebinding(times.iter().map(|all| all.to_vec()).collect(), AtomicUsize::new(0)))
}

#[test]
fn no_form_of_an_inner_address_reaches_it() {
    let canary = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret");
    let port = canary.address.port();
    let client = Client::new(Rules::default(), "").within(Duration::from_secs(2));
    let forms = [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.1",
        "127.0.1",
        "0",
        "0.0.0.0",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "①②⑦.⓪.⓪.①",
        "127.0.0.1%00.example.org",
        "user@127.0.0.1",
        "example.org@127.0.0.1",
        "ip6-localhost",
        "127。0。0。1",
    ];
    for form in forms {
        let refused = fetch(&client, format!("http://{form}:{port}/")).expect_err(form);
        assert!(!format!("{} {:?}", refused.say(), refused.place()).contains("secret"), "{form}");
    }
    for metadata in ["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "192.0.0.192", "168.63.129.16"] {
        assert_eq!(kind(fetch(&client, format!("http://{metadata}/latest/meta-data/"))), Kind::Forbidden, "{metadata}");
    }
    for odd in [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "jar:http://127.0.0.1!/",
        "dict://127.0.0.1:11211/",
    ] {
        assert_eq!(kind(fetch(&client, odd)), Kind::Invalid, "{odd}");
    }
    assert_eq!(canary.asked(), 0);
}

#[test]
fn what_is_refused_is_told_without_the_address_behind_the_name() {
    let names = telling(&[&["10.11.12.13:80".parse().expect("an address")]]);
    let client = Client::new(Rules::default(), "").with_names(names);
    let refused = fetch(&client, "http://inner.example.org/").expect_err("private");
    assert!(!refused.say().contains("10.11") && refused.say().contains("inner.example.org"), "{}", refused.say());
    assert!(refused.cause().is_some_and(|cause| cause.to_string().contains("10.11.12.13")), "the log has it");
}

#[test]
fn what_is_allowed_is_asked_and_its_neighbours_are_not() {
    let (server, canary) = (Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), Server::saying(""));
    let client = Client::new(server.rules(), "https://maps.example.org");
    let answer = fetch(&client, server.url("/a?b=c")).expect("it is allowed");
    assert_eq!((answer.status, answer.body.as_slice(), answer.url), (200, b"ok".as_slice(), server.url("/a?b=c")));
    assert_eq!(kind(fetch(&client, canary.url("/"))), Kind::Forbidden);
    assert_eq!(canary.asked(), 0);
}

#[test]
fn every_redirect_is_judged_anew() {
    let canary = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret");
    let places = [
        canary.url("/"),
        format!("//{}/", canary.address),
        "http://169.254.169.254/latest/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "http://[::ffff:127.0.0.1]/".to_owned(),
    ];
    for place in places {
        let server = Server::saying(format!("HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n"));
        let client = Client::new(server.rules(), "");
        let refused = kind(fetch(&client, server.url("/")));
        assert!(matches!(refused, Kind::Forbidden | Kind::Invalid), "{place}: {refused:?}");
        assert_eq!(server.asked(), 1);
    }
    assert_eq!(canary.asked(), 0);
}

#[test]
fn redirects_without_end_end() {
    let server = Server::saying("HTTP/1.1 301 Moved\r\nlocation: ?again\r\ncontent-length: 0\r\n\r\n");
    let client = Client::new(server.rules(), "");
    assert_eq!(kind(fetch(&client, server.url("/"))), Kind::Unsupported);
    assert_eq!(server.asked(), OUTGOING_REDIRECTS_MAX + 1);
}

#[test]
fn a_name_that_changes_its_address_is_connected_to_at_the_address_that_was_judged() {
    let server = Server::saying("HTTP/1.1 302 Found\r\nlocation: /next\r\ncontent-length: 0\r\n\r\n");
    let canary = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret");
    // Asked once for each question: the second time, after a redirect, the name is somewhere else and is judged again.
    let names = telling(&[&[server.address], &[canary.address]]);
    let client = Client::new(server.rules(), "").with_names(names);
    assert_eq!(kind(fetch(&client, format!("http://maps.test:{}/", server.address.port()))), Kind::Forbidden);
    assert_eq!((server.asked(), canary.asked()), (1, 0));
}

#[test]
fn a_name_with_one_inner_address_among_public_ones_is_not_asked() {
    let canary = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret");
    let public = SocketAddr::from(([1, 1, 1, 1], 80));
    for order in [[public, canary.address], [canary.address, public]] {
        let client = Client::new(Rules::default(), "").with_names(telling(&[&order]));
        assert_eq!(kind(fetch(&client, "http://both.example.org/")), Kind::Forbidden);
    }
    assert_eq!(canary.asked(), 0);
}

#[test]
fn answers_that_are_too_large_too_slow_or_no_answers_are_given_up() {
    let flood = Server::start(|mut stream| {
        heard(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 65_536]).is_ok() {}
    });
    let client = Client::new(flood.rules(), "");
    assert_eq!(kind(fetch(&client, flood.url("/"))), Kind::TooLarge);

    let silent = Server::start(|mut stream| {
        heard(&mut stream);
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(20));
            drop(stream);
        });
    });
    let client = Client::new(silent.rules(), "").within(Duration::from_millis(300));
    assert_eq!(kind(fetch(&client, silent.url("/"))), Kind::Busy);

    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(OUTGOING_HEADERS_MAX + 1));
    let long = format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "b".repeat(1_000_000));
    for rubbish in [many, long, "SSH-2.0-OpenSSH_9.9\r\n\r\n".to_owned(), "hello".to_owned(), String::new()] {
        let server = Server::saying(rubbish.clone());
        let client = Client::new(server.rules(), "").within(Duration::from_secs(5));
        assert_eq!(kind(fetch(&client, server.url("/"))), Kind::Busy, "{}", &rubbish[..rubbish.len().min(40)]);
    }
}

#[test]
fn the_request_says_who_asks_and_nothing_else() {
    let (told, hear) = std::sync::mpsc::channel();
    let server = Server::start(move |mut stream| {
        let _ = told.send(heard(&mut stream));
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
    });
    let client = Client::new(server.rules(), "https://maps.example.org\r\nx: y");
    fetch(&client, server.url("/wms?a=\r\nevil:+1")).expect("an answer");
    let head = hear.recv().expect("it was heard");
    let version = env!("CARGO_PKG_VERSION");
    assert!(head.starts_with("GET /wms?a=%0D%0Aevil:+1 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("user-agent: Terrane/{version} (+https://maps.example.orgx:y)\r\n")), "{head}");
    assert!(!head.to_ascii_lowercase().contains("cookie") && !head.to_ascii_lowercase().contains("authorization"));
}

#[test]
fn certificates_are_checked() {
    let read = |name: &str| std::fs::read(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a file");
    let certificate = CertificateDer::from_pem_slice(&read("certificate.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(&read("key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = builder.expect("versions").with_no_client_auth().with_single_cert(vec![certificate.clone()], key);
    let config = Arc::new(config.expect("they fit"));
    let server = Server::start(move |mut stream| {
        let mut session = rustls::ServerConnection::new(Arc::clone(&config)).expect("a session");
        let mut secured = rustls::Stream::new(&mut session, &mut stream);
        let _ = secured.read(&mut [0; 4_096]);
        let _ = secured.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        let _ = secured.flush();
    });
    let client = || Client::new(server.rules(), "").with_names(telling(&[&[server.address]]));
    let trusting = client().with_roots(vec![certificate]).expect("it can be believed");
    let port = server.address.port();
    assert_eq!(fetch(&trusting, format!("https://maps.test:{port}/")).expect("it is believed").body, b"ok");
    assert_eq!(kind(fetch(&trusting, format!("https://other.test:{port}/"))), Kind::Busy, "it is for another name");
    assert_eq!(kind(fetch(&client(), format!("https://maps.test:{port}/"))), Kind::Busy, "nobody vouches for it");
}

#[test]
fn what_is_sent_goes_to_the_address_itself_and_follows_nobody_elsewhere() {
    let canary = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let (sent, heard_all) = std::sync::mpsc::channel();
    let elsewhere = canary.url("/");
    let server = Server::start(move |mut stream| {
        let head = heard(&mut stream);
        let mut body = vec![0; 7];
        let read = stream.read_exact(&mut body);
        let _ = sent.send((head, read.map(|()| body).unwrap_or_default()));
        let _ = write!(stream, "HTTP/1.1 307 X\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
    });
    let rules = Rules::parse(&format!("{}, {}", server.address, canary.address)).expect("addresses");
    let headers = vec![("x-terrane-signature", "sha256=00".to_owned())];
    let post = Some(Post { media_type: "application/geo+json", headers, body: b"{\"a\":1}".to_vec() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = Client::new(rules, "");
    let answer = runtime.block_on(client.fetch(Fetch { post, ..Fetch::new(server.url("/hook")) })).expect("an answer");
    assert_eq!((answer.status, canary.asked()), (307, 0));
    let (head, body) = heard_all.recv().expect("it was heard");
    assert!(head.starts_with("POST /hook HTTP/1.1\r\n") && head.contains("x-terrane-signature: sha256=00"), "{head}");
    assert!(head.contains("content-length: 7") && head.contains("content-type: application/geo+json"), "{head}");
    assert_eq!(body, b"{\"a\":1}");
}
