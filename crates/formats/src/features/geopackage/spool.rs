//! Rows put aside until their order is known: in memory up to a limit, beyond it in a temporary file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use terrane_model::limits::SPOOL_MEMORY_BYTES_MAX;
use terrane_model::{Error, Result};

/// Bytes that only grow, and are read back by place.
#[derive(Default)]
pub struct Spool {
    memory: Vec<u8>,
    file: Option<File>,
    file_bytes: u64,
}

impl Spool {
    /// The place where the next byte goes.
    pub fn place(&self) -> u64 {
        self.file_bytes + self.memory.len() as u64
    }

    /// Where to append; call [`Spool::settle`] after each row.
    pub fn tail(&mut self) -> &mut Vec<u8> {
        &mut self.memory
    }

    /// Moves what is in memory to the file when it has become too much.
    pub fn settle(&mut self) -> Result<()> {
        if self.memory.len() < SPOOL_MEMORY_BYTES_MAX {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            empty => empty.insert(tempfile::tempfile().map_err(failed)?),
        };
        file.write_all(&self.memory).map_err(failed)?;
        self.file_bytes += self.memory.len() as u64;
        self.memory.clear();
        Ok(())
    }

    /// Copies a run of bytes into `row`, which is cleared first.
    pub fn read(&mut self, place: u64, bytes: usize, row: &mut Vec<u8>) -> Result<()> {
        row.clear();
        let in_file = self.file_bytes.saturating_sub(place).min(bytes as u64) as usize;
        if let (Some(file), true) = (&mut self.file, in_file > 0) {
            row.resize(in_file, 0);
            file.seek(SeekFrom::Start(place)).map_err(failed)?;
            file.read_exact(row).map_err(failed)?;
        }
        // A row is never split: it is settled whole.
        let from = place.saturating_sub(self.file_bytes) as usize;
        row.extend_from_slice(&self.memory[from..from + bytes - in_file]);
        Ok(())
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::internal(error)
}

#[cfg(test)]
mod tests {
    use super::{SPOOL_MEMORY_BYTES_MAX, Spool};

    #[test]
    fn rows_come_back_from_memory_and_from_the_file() {
        let mut spool = Spool::default();
        let big = vec![7_u8; SPOOL_MEMORY_BYTES_MAX / 2 + 1];
        let mut places = Vec::new();
        for _ in 0..3 {
            places.push(spool.place());
            spool.tail().extend_from_slice(b"head");
            spool.tail().extend_from_slice(&big);
            spool.settle().unwrap();
        }
        assert!(spool.file.is_some() && !spool.memory.is_empty());
        let mut row = Vec::new();
        for place in places {
            spool.read(place, 6, &mut row).unwrap();
            assert_eq!(row, b"head\x07\x07");
        }
    }
}
