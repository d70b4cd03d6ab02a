//! The lines of a text file, one at a time, none longer than a limit.

use crate::features::encoding::Charset;
use crate::features::transcode::Transcoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use terrane_model::{Error, Result};

/// Bytes of one line of a text of events.
const LINE_BYTES_MAX: u64 = 65_536;

/// Reads lines.
pub struct Lines {
    input: BufReader<Transcoder<File>>,
    line: Vec<u8>,
    /// Lines read.
    pub count: u64,
}

impl Lines {
    /// From the beginning of a file.
    pub fn new(file: File, charset: Charset) -> Self {
        Self { input: BufReader::with_capacity(65_536, Transcoder::new(file, charset)), line: Vec::new(), count: 0 }
    }

    /// The next line without its end; `None` when there are no more.
    pub fn next(&mut self) -> Result<Option<String>> {
        self.line.clear();
        let mut bounded = self.input.by_ref().take(LINE_BYTES_MAX);
        let read = bounded.read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| Error::invalid("The file cannot be read to its end.").because(error))?;
        if read == 0 {
            return Ok(None);
        }
        self.count += 1;
        if read as u64 == LINE_BYTES_MAX && self.line.last() != Some(&b'\n') {
            let say = format!("A line has more than {LINE_BYTES_MAX} bytes.");
            return Err(Error::too_large(say).at(format!("line {}", self.count)));
        }
        let text = String::from_utf8_lossy(&self.line);
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
}
