//! The files of a dataset as they were given, whole or by range.

use crate::common::pieces::Pieces;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use std::ops::Range;
use std::sync::Arc;
use terrane_engine::Caller;
use terrane_model::{Error, Result};

/// A file: `/d/{id}/files/{name}`.
pub async fn file(site: Site, request: Request) -> Result<(Reply, Pieces)> {
    let catalogue = site.engine.catalogue();
    let dataset = catalogue.open(Caller::Public, &crate::ogcapi::ask::id(request.name(0))?)?;
    let name = request.name(1);
    let nothing = || {
        let shown: String = name.chars().take(80).collect();
        Error::not_found(format!("Dataset “{}” has no file “{shown}”.", dataset.about.id))
    };
    let files = dataset.files.as_ref().ok_or_else(nothing)?;
    let entry = files.list().await?.into_iter().find(|entry| entry.name == name).ok_or_else(nothing)?;
    let asked = request.range.as_deref().and_then(|header| range(header, entry.bytes));
    let (status, piece) = match asked {
        Some(Err(())) => return Ok((unsatisfiable(entry.bytes), Pieces::new(Arc::clone(files), name, 0..0))),
        Some(Ok(piece)) => (206, piece),
        None => (200, 0..entry.bytes),
    };
    let mut reply = Reply::ok("application/octet-stream", "")
        .with_status(status)
        .with_header("accept-ranges", "bytes")
        .with_header("content-disposition", disposition(name))
        .with_header("x-content-type-options", "nosniff")
        .with_tag(&[&dataset.revision, name]);
    if status == 206 {
        let last = piece.end.saturating_sub(1);
        reply = reply.with_header("content-range", format!("bytes {}-{last}/{}", piece.start, entry.bytes));
    }
    Ok((reply, Pieces::new(Arc::clone(files), name, piece)))
}

fn unsatisfiable(bytes: u64) -> Reply {
    Reply::ok("text/plain; charset=utf-8", "The file ends before this range.\n")
        .with_status(416)
        .with_header("content-range", format!("bytes */{bytes}"))
}

/// The file is saved under its own name, never shown in the page (RFC 6266, RFC 8187).
fn disposition(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let mut encoded = String::new();
    for byte in file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("attachment; filename*=UTF-8''{encoded}")
}

/// One range of bytes (RFC 9110, 14.1.2). `None` to send the whole file: no range, several, or one that is not understood;
/// an error when the file ends before it.
fn range(header: &str, bytes: u64) -> Option<Result<Range<u64>, ()>> {
    let spec = header.strip_prefix("bytes=")?.trim();
    let (start, end) = spec.split_once('-')?;
    if spec.contains(',') {
        return None;
    }
    let (start, end) = match (start.parse::<u64>(), end.parse::<u64>()) {
        (Ok(start), Ok(last)) if start <= last => (start, last.saturating_add(1).min(bytes)),
        (Ok(start), Err(_)) if end.is_empty() => (start, bytes),
        (Err(_), Ok(count)) if start.is_empty() => (bytes.saturating_sub(count), bytes),
        _ => return None,
    };
    Some(if start < end { Ok(start..end) } else { Err(()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_http() {
        assert_eq!(range("bytes=0-9", 100), Some(Ok(0..10)));
        assert_eq!(range("bytes=90-", 100), Some(Ok(90..100)));
        assert_eq!(range("bytes=-10", 100), Some(Ok(90..100)));
        assert_eq!(range("bytes=90-1000", 100), Some(Ok(90..100)));
        assert_eq!(range("bytes=100-", 100), Some(Err(())));
        for whole in ["bytes=5-2", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=-", ""] {
            assert_eq!(range(whole, 100), None, "{whole}");
        }
        assert_eq!(range("bytes=0-18446744073709551615", 10), Some(Ok(0..10)));
    }

    #[test]
    fn names_of_files_cannot_break_out_of_the_header() {
        assert_eq!(disposition("a/b \"x\"\r\n.zip"), "attachment; filename*=UTF-8''b%20%22x%22%0D%0A.zip");
    }
}
