//! The body of an answer: taken piece by piece up to a limit, then unpacked up to another.

use flate2::read::{GzDecoder, ZlibDecoder};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::io::Read;
use terrane_model::limits::OUTGOING_BYTES_MAX;
use terrane_model::{Error, Kind, Result};

/// All bytes as they come.
pub async fn take(mut body: Incoming, most: usize) -> Result<Vec<u8>> {
    let most = most.min(OUTGOING_BYTES_MAX);
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::new(Kind::Busy, "The answer was cut off.").because(error))?;
        let Some(piece) = frame.data_ref() else { continue };
        if bytes.len() + piece.len() > most {
            return Err(too_large(most));
        }
        bytes.extend_from_slice(piece);
    }
    Ok(bytes)
}

/// The bytes as they were before they were packed.
pub fn unpack(bytes: Vec<u8>, encoding: &str, most: usize) -> Result<Vec<u8>> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(bytes),
        "gzip" | "x-gzip" => read(GzDecoder::new(bytes.as_slice()), most),
        "deflate" => read(ZlibDecoder::new(bytes.as_slice()), most),
        _ => Err(Error::unsupported("The answer is packed in a way that was not asked for.")),
    }
}

fn read(packed: impl Read, most: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let bound = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    packed
        .take(bound)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::unsupported("The answer cannot be unpacked.").because(error))?;
    if bytes.len() > most { Err(too_large(most)) } else { Ok(bytes) }
}

fn too_large(most: usize) -> Error {
    Error::too_large(format!("The answer is larger than the {most} bytes that are taken."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use std::io::Write as _;

    #[test]
    fn a_small_answer_that_would_become_a_great_one_is_refused() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&vec![b'x'; 5_000_000]).expect("it is written to memory");
        let packed = packer.finish().expect("it is written to memory");
        assert!(packed.len() < 10_000);
        assert_eq!(unpack(packed.clone(), "gzip", 1_000_000).expect_err("too large").kind(), Kind::TooLarge);
        assert_eq!(unpack(packed.clone(), "GZIP", 5_000_000).map(|bytes| bytes.len()).ok(), Some(5_000_000));
        assert!(unpack(packed[..50].to_vec(), "gzip", 5_000_000).is_err() && unpack(packed, "br", 9).is_err());
    }
}
