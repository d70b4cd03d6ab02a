//! Connections: accepted as long as there is room, closed when a request does not arrive in time, finished when the program stops.

use super::clients::Clients;
use super::stall::Stalling;
use super::{Current, signals, unsent};
use axum::Router;
use axum::http::{StatusCode, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use terrane_model::limits::{CONNECTION_BUFFER_BYTES_MAX, Limits};
use terrane_model::{Error, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// How long to wait after a connection could not be accepted, as when there are too many open files.
const AFTER_FAILURE: Duration = Duration::from_millis(200);

/// Where connections come in, and when they no longer may.
pub struct Doors {
    /// Where they come in.
    pub listener: TcpListener,
    /// Each message is one signal to stop; the second means "at once".
    pub stop: mpsc::Receiver<()>,
    /// Who comes in.
    pub clients: Arc<Clients>,
}

impl Doors {
    /// Serves until told to stop. Running answers, and `others` that is work beside them, get some time to finish; meanwhile the
    /// listener says that this server is stopping, so that whoever balances load goes elsewhere.
    pub async fn serve(mut self, app: Current, limits: &Limits, others: impl Future<Output = ()>) -> Result<()> {
        let (running, turned_away) = (GracefulShutdown::new(), Arc::new(Semaphore::new(TURNED_AWAY_AT_ONCE_MAX)));
        self.until_told(&app, limits, &running).await?;
        app.swap(stopping());
        let patience = Duration::from_secs(limits.stopping_seconds_max);
        let answers = async {
            // A request that is on its way on an open connection still gets an answer, which closes it.
            tokio::time::sleep(ON_THEIR_WAY).await;
            running.shutdown().await;
        };
        let finished = tokio::time::timeout(patience, async { tokio::join!(answers, others) });
        tokio::select! {
            finished = finished => if finished.is_err() {
                tracing::warn!("some work was not finished in {patience:?} and is cut off");
            },
            Some(()) = self.stop.recv() => {
                tracing::warn!("told to stop a second time: running answers are cut off");
                return Ok(());
            }
            () = turn_away(&self.listener, (&app, &turned_away), limits) => {}
        }
        drop(self.listener);
        // Who was just turned away hears it to the end.
        let _ = tokio::time::timeout(ON_THEIR_WAY, turned_away.acquire_many(TURNED_AWAY_AT_ONCE_MAX as u32)).await;
        Ok(())
    }

    async fn until_told(&mut self, app: &Current, limits: &Limits, running: &GracefulShutdown) -> Result<()> {
        let room = Arc::new(Semaphore::new(limits.connections_max.min(signals::connections_possible())));
        let (http, patience) = (http(limits), Duration::from_secs(limits.write_stall_seconds_max));
        loop {
            let (stream, peer, place) = tokio::select! {
                accepted = accept(&self.listener, &room) => accepted?,
                _ = self.stop.recv() => return Ok(()),
            };
            // Who has too many connections already loses the new one at once.
            let Ok(own_place) = self.clients.connect(peer) else { continue };
            let stream = TokioIo::new(Stalling::new(stream, patience));
            let connection = http.serve_connection(stream, TowerToHyperService::new(app.of_peer(peer)));
            let connection = running.watch(connection);
            tokio::spawn(async move {
                let _places = (place, own_place);
                if let Err(error) = connection.await {
                    tracing::debug!(?error, "a connection ended early");
                }
            });
        }
    }
}

fn http(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(limits.request_head_seconds_max));
    http.max_buf_size(CONNECTION_BUFFER_BYTES_MAX);
    http
}

/// Connections that are turned away at once; they take a moment each.
const TURNED_AWAY_AT_ONCE_MAX: usize = 64;

/// How long requests that were sent before anybody knew of the end may take to arrive.
const ON_THEIR_WAY: Duration = Duration::from_millis(200);

/// Answers everything with 503 and closes the connection.
fn stopping() -> Router {
    let say = "This server is stopping; ask again in a few seconds.\n";
    let headers = [(header::RETRY_AFTER, "5"), (header::CACHE_CONTROL, "no-store"), (header::CONNECTION, "close")];
    Router::new().fallback(move || async move { (StatusCode::SERVICE_UNAVAILABLE, headers, say) })
}

/// Takes new connections while running ones finish, so that whoever comes is told.
async fn turn_away(listener: &TcpListener, (app, room): (&Current, &Arc<Semaphore>), limits: &Limits) {
    let http = http(limits);
    while let Ok((stream, peer, place)) = accept(listener, room).await {
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.of_peer(peer)));
        tokio::spawn(async move {
            let _place = place;
            let _ = connection.await;
        });
    }
}

/// The next connection, when there is room for one.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Result<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await.map_err(Error::internal)?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are written whole, so waiting to gather more only delays them.
                let _ = stream.set_nodelay(true);
                unsent::keep_little(&stream);
                return Ok((stream, peer.ip().to_canonical(), place));
            }
            Err(error) => {
                tracing::warn!(?error, "a connection cannot be accepted");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ClientsConfig, Networks};
    use axum::routing::get;
    use std::net::SocketAddr;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::Notify;

    struct Running {
        address: SocketAddr,
        stop: mpsc::Sender<()>,
        done: tokio::task::JoinHandle<Result<()>>,
        slow: Arc<Slow>,
    }

    /// An answer that tells when it has begun and lasts until it is let go.
    #[derive(Default)]
    struct Slow {
        begun: Notify,
        let_go: Notify,
    }

    async fn start(limits: Limits) -> Running {
        let slow = Arc::<Slow>::default();
        let held = Arc::clone(&slow);
        let answer = move || {
            let held = Arc::clone(&held);
            async move {
                held.begun.notify_one();
                held.let_go.notified().await;
                "slow"
            }
        };
        let app = Router::new().route("/", get(|| async { "here" })).route("/slow", get(answer));
        Running { slow, ..start_with(limits, app).await }
    }

    async fn start_with(limits: Limits, app: Router) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = mpsc::channel(2);
        let bounds =
            ClientsConfig { at_once: 0, per_second: 0, burst: 1, connections: 0, trusted_proxies: Networks::default() };
        let doors = Doors { listener, stop: stopped, clients: Arc::new(Clients::new(bounds)) };
        let done = tokio::spawn(async move { doors.serve(Current::new(app), &limits, async {}).await });
        Running { address, stop, done, slow: Arc::default() }
    }

    async fn send(address: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(text.as_bytes()).await.expect("sent");
        stream
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("read to the end");
        text
    }

    const CLOSE: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    #[tokio::test]
    async fn a_head_that_never_ends_is_cut_off_and_others_are_served() {
        let running = start(Limits { request_head_seconds_max: 1, ..Limits::default() }).await;
        let slow = send(running.address, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
        assert!(rest(send(running.address, CLOSE).await).await.ends_with("here"));
        let answer = rest(slow).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }

    #[tokio::test]
    async fn a_connection_that_is_kept_open_without_a_request_is_closed() {
        let running = start(Limits { request_head_seconds_max: 1, ..Limits::default() }).await;
        let kept = send(running.address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(rest(kept).await.contains("here"), "the answer comes, then the end");
    }

    #[tokio::test]
    async fn connections_past_the_most_wait_until_there_is_room() {
        let running = start(Limits { connections_max: 1, request_head_seconds_max: 1, ..Limits::default() }).await;
        let first = TcpStream::connect(running.address).await.expect("connected");
        let second = send(running.address, CLOSE).await;
        drop(first);
        assert!(rest(second).await.ends_with("here"));
    }

    #[tokio::test]
    async fn a_running_answer_is_finished_and_new_requests_are_told_that_the_server_stops() {
        let running = start(Limits::default()).await;
        let slow = send(running.address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
        running.slow.begun.notified().await;
        running.stop.send(()).await.expect("it runs");
        let turned_away = rest(send(running.address, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").await).await;
        assert!(turned_away.starts_with("HTTP/1.1 503"), "{turned_away}");
        assert!(turned_away.to_lowercase().contains("retry-after: 5"), "{turned_away}");
        running.slow.let_go.notify_one();
        assert!(rest(slow).await.ends_with("slow"));
        running.done.await.expect("no panic").expect("ended well");
        assert!(TcpStream::connect(running.address).await.is_err(), "nobody listens any more");
    }

    #[tokio::test]
    async fn a_connection_that_is_open_when_it_stops_gets_an_answer_to_what_is_on_its_way() {
        let running = start(Limits::default()).await;
        let mut new = TcpStream::connect(running.address).await.expect("connected");
        // Once it has its answer, the connection that came before it was accepted too.
        let mut kept = send(running.address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut heard = Vec::new();
        while !heard.ends_with(b"here") {
            assert_ne!(kept.read_buf(&mut heard).await.expect("read"), 0, "it is kept open");
        }
        running.stop.send(()).await.expect("it runs");
        // Both are on their way before the server, which shares this thread, hears of its end.
        for stream in [&mut kept, &mut new] {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
        }
        for stream in [kept, new] {
            let text = rest(stream).await;
            assert!(text.contains("HTTP/1.1 503") && text.contains("is stopping"), "{text}");
        }
        running.done.await.expect("no panic").expect("ended well");
    }

    #[tokio::test]
    async fn told_twice_it_stops_at_once() {
        let running = start(Limits::default()).await;
        let hanging = send(running.address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
        running.slow.begun.notified().await;
        running.stop.send(()).await.expect("it runs");
        // It must not end by itself, as it would after this while if nothing were running.
        tokio::time::sleep(3 * ON_THEIR_WAY).await;
        assert!(!running.done.is_finished(), "it waits for the answer");
        running.stop.send(()).await.expect("it runs");
        running.done.await.expect("no panic").expect("ended well");
        drop(hanging);
    }

    /// Counts what it is asked for, and tells when it is given up.
    struct Endless {
        made: Arc<AtomicUsize>,
        _given_up: mpsc::Sender<()>,
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_has_little_made_for_it_and_is_let_go() {
        let (made, (sender, mut given_up)) = (Arc::<AtomicUsize>::default(), mpsc::channel(1));
        let endless = Arc::new(Mutex::new(Some(Endless { made: Arc::clone(&made), _given_up: sender })));
        let body = move || {
            let endless = endless.lock().expect("no panic").take();
            let pieces = futures_util::stream::unfold(endless, async |state| {
                let state = state?;
                state.made.fetch_add(1, Ordering::SeqCst);
                Some((Ok::<_, std::io::Error>(vec![7_u8; PIECE_BYTES]), Some(state)))
            });
            std::future::ready(axum::body::Body::from_stream(pieces))
        };
        let limits = Limits { write_stall_seconds_max: 1, ..Limits::default() };
        let running = start_with(limits, Router::new().route("/", get(body))).await;
        let client = send(running.address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert_eq!(given_up.recv().await, None, "the answer is given up, with all that it holds");
        let bytes = made.load(Ordering::SeqCst) * PIECE_BYTES;
        assert!(bytes < 64_000_000, "{bytes} bytes were made for a client that read none");
        drop(client);
    }

    const PIECE_BYTES: usize = 65_536;
}
