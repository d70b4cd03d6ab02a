//! The compressions of TIFF blocks: none, LZW, deflate, PackBits and Zstandard are read; deflate is written.

use super::damaged;
use flate2::{Compress, Compression as Level, Decompress, FlushCompress, FlushDecompress, Status};
use std::io::Read;
use terrane_model::{Error, Result};

/// How the bytes of a block are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::grid) enum Compression {
    None,
    Lzw,
    Deflate,
    PackBits,
    Zstd,
}

impl Compression {
    /// By the number of the Compression tag; others are refused by name, with what to do.
    pub(in crate::grid) fn from_code(code: u64) -> Result<Self> {
        match code {
            1 => Ok(Self::None),
            5 => Ok(Self::Lzw),
            8 | 32946 => Ok(Self::Deflate),
            32773 => Ok(Self::PackBits),
            50000 => Ok(Self::Zstd),
            _ => Err(Error::unsupported(format!(
                "The TIFF file is compressed with {}, which is not read here. Convert it with \
                 “gdal_translate -co COMPRESS=DEFLATE in.tif out.tif” and add the result.",
                name_of(code)
            ))),
        }
    }
}

fn name_of(code: u64) -> String {
    match code {
        2..=4 => "a fax code (CCITT)".to_owned(),
        6 | 7 => "JPEG".to_owned(),
        34712 | 33003..=33005 => "JPEG 2000".to_owned(),
        34887 => "LERC".to_owned(),
        34925 => "LZMA".to_owned(),
        50001 => "WebP".to_owned(),
        50002 | 52546 => "JPEG XL".to_owned(),
        _ => format!("method {code}"),
    }
}

/// Unpacks a block into exactly as many bytes as it must have; never more are made. Surplus packed bytes are passed over.
pub(in crate::grid) fn unpack(compression: Compression, packed: &[u8], out: &mut [u8]) -> Result<()> {
    let whole = match compression {
        Compression::None => copy(packed, out),
        Compression::Deflate => inflate(packed, out),
        Compression::Lzw => unpack_lzw(packed, out),
        Compression::PackBits => unpack_bits(packed, out),
        Compression::Zstd => unpack_zstd(packed, out),
    };
    whole.ok_or_else(|| damaged("a block of samples is cut off or cannot be unpacked"))
}

fn copy(packed: &[u8], out: &mut [u8]) -> Option<()> {
    out.copy_from_slice(packed.get(..out.len())?);
    Some(())
}

/// The check sum behind the data is looked at only when the block fills the output exactly, which is the rule.
fn inflate(packed: &[u8], out: &mut [u8]) -> Option<()> {
    let mut state = Decompress::new(true);
    match state.decompress(packed, out, FlushDecompress::Finish) {
        Ok(Status::StreamEnd | Status::Ok | Status::BufError) => (state.total_out() == out.len() as u64).then_some(()),
        Err(_) => None,
    }
}

fn unpack_lzw(packed: &[u8], out: &mut [u8]) -> Option<()> {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let (mut read, mut written) = (0, 0);
    while written < out.len() {
        let step = decoder.decode_bytes(&packed[read..], &mut out[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        match step.status {
            Ok(weezl::LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            _ => break,
        }
    }
    (written == out.len()).then_some(())
}

/// TIFF 6.0, section 9: a count byte, then either that many literal bytes or one byte to repeat.
fn unpack_bits(packed: &[u8], out: &mut [u8]) -> Option<()> {
    let (mut read, mut written) = (0, 0);
    while written < out.len() {
        let count = *packed.get(read)? as i8;
        read += 1;
        let run = usize::from(count.unsigned_abs()) + 1;
        let room = run.min(out.len() - written);
        match count {
            0.. => {
                out[written..written + room].copy_from_slice(packed.get(read..read + room)?);
                read += run;
            }
            -128 => continue,
            _ => {
                out[written..written + room].fill(*packed.get(read)?);
                read += 1;
            }
        }
        written += room;
    }
    Some(())
}

fn unpack_zstd(packed: &[u8], out: &mut [u8]) -> Option<()> {
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed).ok()?;
    decoder.read_exact(out).ok()
}

/// Packs bytes as one zlib stream.
pub(in crate::grid) fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut state = Compress::new(Level::new(DEFLATE_LEVEL), true);
    let mut packed = Vec::with_capacity(bytes.len() / 2 + 64);
    loop {
        let read = state.total_in() as usize;
        match state.compress_vec(&bytes[read..], &mut packed, FlushCompress::Finish).map_err(Error::internal)? {
            Status::StreamEnd => return Ok(packed),
            Status::Ok | Status::BufError => packed.reserve(packed.capacity().max(4096)),
        }
    }
}

/// On elevations, magnetics and satellite pictures level 6 packs less than 1 % smaller than this and takes up to half as long again.
const DEFLATE_LEVEL: u32 = 4;
