//! Numbers and lists of them as bytes: little endian, every list begins at a multiple of 8. Knows nothing of what they mean.

use bytemuck::{AnyBitPattern, NoUninit};

/// What reading gives, or what is wrong with the bytes, in a few words for the log.
pub type Decoded<T> = Result<T, &'static str>;

/// Bytes being written.
#[derive(Default)]
pub struct Out {
    bytes: Vec<u8>,
}

impl Out {
    /// One number.
    pub fn number<T: NoUninit>(&mut self, number: T) {
        self.bytes.extend_from_slice(bytemuck::bytes_of(&number));
    }

    /// A list whose length the reader knows, filled up to a multiple of 8 bytes.
    pub fn list<T: NoUninit>(&mut self, list: &[T]) {
        self.fill();
        self.bytes.extend_from_slice(bytemuck::cast_slice(list));
        self.fill();
    }

    /// Bytes after their number.
    pub fn counted(&mut self, bytes: &[u8]) {
        self.fill();
        self.number(bytes.len() as u64);
        self.list(bytes);
    }

    fn fill(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
    }

    /// Everything, filled up to a multiple of 8 bytes; begins anew.
    pub fn take(&mut self) -> Vec<u8> {
        self.fill();
        std::mem::take(&mut self.bytes)
    }
}

/// Bytes being read. Every length is held against what is there before memory is asked for.
pub struct In<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> In<'a> {
    /// From the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn take(&mut self, count: usize) -> Decoded<&'a [u8]> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or("it ends too early")?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn fill(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }

    /// One number.
    pub fn number<T: AnyBitPattern>(&mut self) -> Decoded<T> {
        Ok(bytemuck::pod_read_unaligned(self.take(size_of::<T>())?))
    }

    /// A number that counts things in memory.
    pub fn count(&mut self) -> Decoded<usize> {
        self.number::<u32>().map(|count| count as usize)
    }

    /// A list of so many.
    pub fn list<T: AnyBitPattern + NoUninit>(&mut self, count: usize) -> Decoded<Vec<T>> {
        self.fill();
        let bytes = self.take(count.checked_mul(size_of::<T>()).ok_or("a length is absurd")?)?;
        self.fill();
        let mut list = vec![T::zeroed(); count];
        bytemuck::cast_slice_mut(&mut list).copy_from_slice(bytes);
        Ok(list)
    }

    /// Bytes after their number.
    pub fn counted(&mut self) -> Decoded<&'a [u8]> {
        self.fill();
        let count = self.number::<u64>()?;
        let bytes = self.take(usize::try_from(count).map_err(|_| "a length is absurd")?)?;
        self.fill();
        Ok(bytes)
    }

    /// Refuses bytes that nothing explains.
    pub fn end(&mut self) -> Decoded<()> {
        self.fill();
        if self.at == self.bytes.len() { Ok(()) } else { Err("it is longer than it should be") }
    }
}

/// Offsets from 0 to `end` that never fall; so many that each of `count` things has two.
pub fn offsets(input: &mut In<'_>, count: usize, end: usize) -> Decoded<Vec<u32>> {
    let offsets: Vec<u32> = input.list(count + 1)?;
    let whole = offsets.first() == Some(&0) && offsets.last().map(|&last| last as usize) == Some(end);
    if whole && offsets.is_sorted() { Ok(offsets) } else { Err("its offsets do not hold together") }
}
