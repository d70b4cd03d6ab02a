//! Connections: accepted as long as there is room, closed when a request does not arrive in time, finished when the program stops.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long to wait after a connection could not be accepted, as when there are too many open files.
const AFTER_FAILURE: Duration = Duration::from_millis(200);

/// Serves until told to stop; running answers get some time to finish.
pub async fn serve(listener: TcpListener, app: Router, limits: &Limits, stop: impl Future<Output = ()>) -> Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(limits.request_head_seconds_max));
    let (running, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(limits.connections_max)));
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, place) = tokio::select! {
            accepted = accept(&listener, &room) => accepted?,
            () = &mut stop => break,
        };
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
        let connection = running.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(?error, "a connection ended early");
            }
        });
    }
    drop(listener);
    let patience = Duration::from_secs(limits.stopping_seconds_max);
    if tokio::time::timeout(patience, running.shutdown()).await.is_err() {
        tracing::warn!("some answers were not finished in {patience:?} and are cut off");
    }
    Ok(())
}

/// The next connection, when there is room for one.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await.map_err(Error::internal)?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are written whole, so waiting to gather more only delays them.
                let _ = stream.set_nodelay(true);
                return Ok((stream, place));
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
    use axum::routing::get;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;

    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        done: tokio::task::JoinHandle<Result<()>>,
    }

    async fn start(limits: Limits) -> Running {
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "slow"
        };
        let app = Router::new().route("/", get(|| async { "here" })).route("/slow", get(slow));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let done = tokio::spawn(async move { serve(listener, app, &limits, stopped).await });
        Running { address, stop, done }
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
    async fn a_running_answer_is_finished_before_the_end_and_no_new_one_begins() {
        let running = start(Limits::default()).await;
        let slow = send(running.address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        running.stop.send(()).expect("it runs");
        assert!(rest(slow).await.ends_with("slow"));
        running.done.await.expect("no panic").expect("ended well");
        assert!(TcpStream::connect(running.address).await.is_err(), "nobody listens any more");
    }
}
