//! A long file as it is sent: piece after piece, each read when the one before has gone.

use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt as _, unfold};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use terrane_model::FileSource;

/// Bytes that are read at once.
const PIECE_BYTES: u64 = 1_048_576;

/// A part of a file, still to be read.
pub struct Pieces {
    files: Arc<dyn FileSource>,
    name: String,
    range: Range<u64>,
}

impl Pieces {
    /// These bytes of a file.
    pub fn new(files: Arc<dyn FileSource>, name: &str, range: Range<u64>) -> Self {
        Self { files, name: name.to_owned(), range }
    }

    /// How many bytes there are.
    pub fn bytes(&self) -> u64 {
        self.range.end.saturating_sub(self.range.start)
    }

    /// The bytes. What cannot be read breaks the answer off, so that nobody takes a part for the whole.
    pub fn stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send {
        unfold(Some(self), |rest| async {
            let pieces = rest.filter(|rest| rest.bytes() > 0)?;
            match pieces.next().await {
                Ok((piece, rest)) => Some((Ok(piece), Some(rest))),
                Err(error) => {
                    tracing::error!(?error, "a file cannot be read to its end");
                    Some((Err(error), None))
                }
            }
        })
        .fuse()
    }

    async fn next(mut self) -> io::Result<(Bytes, Self)> {
        let end = self.range.end.min(self.range.start.saturating_add(PIECE_BYTES));
        let read = self
            .files
            .read(&self.name, self.range.start..end)
            .await
            .map_err(|error| io::Error::other(error.to_string()))?;
        if read.len() as u64 != end - self.range.start {
            return Err(io::Error::other(format!("“{}” has become shorter", self.name)));
        }
        self.range.start = end;
        Ok((read.into(), self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::dataset::FileEntry;
    use terrane_model::{BoxFuture, Result};

    /// A file that says it is longer than it is.
    struct Shortened(Vec<u8>);

    impl FileSource for Shortened {
        fn list(&self) -> BoxFuture<'_, Result<Vec<FileEntry>>> {
            Box::pin(async { Ok(Vec::new()) })
        }
        fn read<'a>(&'a self, _: &'a str, range: Range<u64>) -> BoxFuture<'a, Result<Vec<u8>>> {
            let cut = |at: u64| (at as usize).min(self.0.len());
            Box::pin(async move { Ok(self.0[cut(range.start)..cut(range.end)].to_vec()) })
        }
    }

    async fn sent(content: &[u8], range: Range<u64>) -> Vec<io::Result<Bytes>> {
        Pieces::new(Arc::new(Shortened(content.to_vec())), "a", range).stream().collect().await
    }

    #[tokio::test]
    async fn all_pieces_together_are_the_range_and_a_file_that_has_become_shorter_breaks_off() {
        let content: Vec<u8> = (0..2_500_000_u32).map(|at| at as u8).collect();
        for range in [0..2_500_000, 0..1_048_576, 1_048_570..1_048_590, 2_499_999..2_500_000, 7..7] {
            let pieces = sent(&content, range.clone()).await;
            let together: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.expect("read")).collect();
            assert_eq!(together, content[range.start as usize..range.end as usize], "{range:?}");
        }
        let broken = sent(&content, 0..2_500_001).await;
        assert!(broken.len() == 3 && broken[2].is_err(), "{}", broken.len());
    }
}
