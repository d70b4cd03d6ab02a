//! A file as UTF-8 whatever it is written in, in pieces, with a bound on how much may come between two records.

use super::encoding::Charset;
use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Reads bytes of any encoding as UTF-8.
pub struct Transcoder<R> {
    input: R,
    way: Way,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    ended: bool,
    finished: bool,
    /// Decoded for a reader whose buffer was too small for a character.
    spare: VecDeque<u8>,
    /// Set when bytes were met that the encoding does not have; they are marked with U+FFFD.
    pub wrong: Arc<AtomicBool>,
}

enum Way {
    Web(Box<Decoder>),
    Dos(Charset),
}

impl<R: Read> Transcoder<R> {
    /// Reads from the beginning of a file; a byte order mark is passed over.
    pub fn new(input: R, charset: Charset) -> Self {
        let way = match charset {
            Charset::Web(encoding) => Way::Web(Box::new(encoding.new_decoder_with_bom_removal())),
            dos @ Charset::Dos(..) => Way::Dos(dos),
        };
        Self {
            input,
            way,
            buffer: vec![0; 65_536],
            at: 0,
            filled: 0,
            ended: false,
            finished: false,
            spare: VecDeque::new(),
            wrong: Arc::default(),
        }
    }
}

/// Bytes in which any decoder has room for a whole character.
const SPARE_BYTES: usize = 16;

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.spare.is_empty() && out.len() < SPARE_BYTES {
            let mut spare = [0; SPARE_BYTES];
            let count = self.decode(&mut spare)?;
            self.spare.extend(&spare[..count]);
        }
        if self.spare.is_empty() && out.len() >= SPARE_BYTES {
            return self.decode(out);
        }
        let count = out.len().min(self.spare.len());
        out.iter_mut().zip(self.spare.drain(..count)).for_each(|(to, byte)| *to = byte);
        Ok(count)
    }
}

impl<R: Read> Transcoder<R> {
    /// Decodes into at least [`SPARE_BYTES`]; nothing only at the end.
    fn decode(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.finished {
            if self.at == self.filled && !self.ended {
                self.at = 0;
                self.filled = self.input.read(&mut self.buffer)?;
                self.ended = self.filled == 0;
            }
            let bytes = &self.buffer[self.at..self.filled];
            let (read, written) = match &mut self.way {
                Way::Web(decoder) => {
                    let (result, read, written, wrong) = decoder.decode_to_utf8(bytes, out, self.ended);
                    self.finished = self.ended && result == CoderResult::InputEmpty;
                    self.wrong.fetch_or(wrong, Ordering::Relaxed);
                    (read, written)
                }
                Way::Dos(charset) => {
                    // A character of these pages has at most three bytes in UTF-8.
                    let read = bytes.len().min(out.len() / 3);
                    let text = charset.decode(&bytes[..read]).0;
                    out[..text.len()].copy_from_slice(text.as_bytes());
                    self.finished = self.ended;
                    (read, text.len())
                }
            };
            self.at += read;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// Stops reading when too many bytes come before [`Bounded::counter`] is set back to zero.
pub struct Bounded<R> {
    input: R,
    counter: Arc<AtomicU64>,
    bytes_max: u64,
}

impl<R: Read> Bounded<R> {
    /// At most so many bytes between two resets.
    pub fn new(input: R, bytes_max: usize) -> Self {
        Self { input, counter: Arc::default(), bytes_max: bytes_max as u64 }
    }

    /// Bytes since the last reset.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.counter)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        let sum = self.counter.fetch_add(read as u64, Ordering::Relaxed) + read as u64;
        if sum > self.bytes_max {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a record is too long"));
        }
        Ok(read)
    }
}

/// What the first bytes say: a byte order mark, or the zeros that UTF-16 has in every other byte of ASCII characters.
pub fn by_first_bytes(head: &[u8]) -> Option<(Charset, &'static str)> {
    match head {
        [0xef, 0xbb, 0xbf, ..] => return Some((Charset::UTF_8, "byte order mark")),
        [0xff, 0xfe, ..] => return Some((Charset::Web(UTF_16LE), "byte order mark")),
        [0xfe, 0xff, ..] => return Some((Charset::Web(UTF_16BE), "byte order mark")),
        _ => {}
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let half = head.len() / 2;
    // Text of eight bits has no zeros; that of sixteen has them on one side, where delimiters and digits are.
    let mostly = |zeros: usize, others: usize| half >= 4 && zeros * 10 > half * 4 && others * 10 < half;
    let only = |zeros: usize, others: usize| zeros >= 2 && others == 0;
    if mostly(odd, even) || only(odd, even) {
        return Some((Charset::Web(UTF_16LE), "zeros in every other byte"));
    }
    if mostly(even, odd) || only(even, odd) {
        return Some((Charset::Web(UTF_16BE), "zeros in every other byte"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Charset, Transcoder, by_first_bytes};
    use std::io::Read;

    #[test]
    fn every_encoding_becomes_utf8_across_the_borders_of_pieces() {
        let text = "地質図, หินปูน, Grün\n".repeat(9_000);
        let mut utf16 = vec![0xff, 0xfe];
        text.encode_utf16().for_each(|unit| utf16.extend_from_slice(&unit.to_le_bytes()));
        let (charset, _) = by_first_bytes(&utf16).unwrap();
        let mut read = String::new();
        Transcoder::new(utf16.as_slice(), charset).read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
        let dos: Vec<u8> = b"Gr\x81n".repeat(50_000);
        let mut read = String::new();
        Transcoder::new(dos.as_slice(), Charset::by_name("850").unwrap()).read_to_string(&mut read).unwrap();
        assert_eq!(read, "Grün".repeat(50_000));
    }

    #[test]
    fn bytes_that_are_not_of_the_encoding_are_marked_and_told() {
        let mut transcoder = Transcoder::new(&b"a\xffb"[..], Charset::UTF_8);
        let mut read = String::new();
        transcoder.read_to_string(&mut read).unwrap();
        assert_eq!(read, "a\u{fffd}b");
        assert!(transcoder.wrong.load(std::sync::atomic::Ordering::Relaxed));
    }

    #[test]
    fn utf16_without_a_mark_is_known_by_its_zeros() {
        let units = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(by_first_bytes(&units("id,name\n1,x\n")).unwrap().0.name(), "UTF-16LE");
        assert!(by_first_bytes(b"id,name\n1,x\n").is_none());
    }
}
