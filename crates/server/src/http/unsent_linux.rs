//! The system takes no more of an answer than it can send soon, so that a client that does not read holds little memory and is noticed.

use terrane_model::limits::UNSENT_BYTES_MAX;
use tokio::net::TcpStream;

/// Bounds what waits in the system's memory. Where that cannot be, the system takes what it likes.
pub fn keep_little(stream: &TcpStream) {
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES_MAX);
}
