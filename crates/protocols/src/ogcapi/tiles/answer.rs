//! Tiles → answers.

use super::ask::TileAsk;
use crate::common::reply::Reply;
use crate::common::request::Request;
use flate2::read::GzDecoder;
use std::io::Read as _;
use terrane_engine::Encoded;
use terrane_model::{Error, Result};

/// The version of what draws and writes: pictures and tiles of another one are others.
pub const ENCODER: &str = env!("CARGO_PKG_VERSION");
/// Pictures and tiles may be kept for a minute, then are asked for again by their tag.
pub const CACHE: &str = "public, max-age=60, must-revalidate";
/// A tile that is unpacked for those who do not read gzip, bytes.
const UNPACKED_BYTES_MAX: u64 = 67_108_864;

/// The head of the answer to a tile: its tag, and how long it may be kept.
pub fn head(asked: &TileAsk) -> Reply {
    let question = &asked.question;
    let matrix = question.set.matrices.get(question.tile.matrix);
    let tile = format!(
        "{} {} {matrix:?} {:?} {:?} {} {:?} {:?}",
        question.set.id,
        question.set.crs,
        question.tile,
        question.form,
        question.sharpness,
        question.background,
        question.columns
    );
    let vary = if asked.fixed { "accept-encoding" } else { "accept, accept-encoding" };
    let reply = Reply::ok("", "").with_tag(&[ENCODER, &asked.state, &tile]);
    reply.with_header("cache-control", CACHE).with_header("vary", vary)
}

/// The answer with what it is made of; nothing in a tile is told with 204.
pub fn body(head: Reply, request: &Request, encoded: Encoded) -> Result<Reply> {
    if encoded.bytes.is_empty() {
        return Ok(head.with_status(204));
    }
    let media_type = encoded.media_type.to_owned();
    if !encoded.gzip {
        return Ok(Reply { media_type, body: encoded.bytes, ..head });
    }
    if request.reads_gzip() {
        return Ok(Reply { media_type, body: encoded.bytes, ..head }.with_header("content-encoding", "gzip"));
    }
    let mut plain = Vec::new();
    GzDecoder::new(&*encoded.bytes).take(UNPACKED_BYTES_MAX).read_to_end(&mut plain).map_err(Error::internal)?;
    Ok(Reply { media_type, body: plain.into(), ..head })
}
