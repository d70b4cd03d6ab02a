//! Writing of TIFF directories, classic or BigTIFF, little-endian.

/// The values of a tag.
#[derive(Debug, Clone)]
pub(in crate::grid) enum Field {
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
    /// Places and lengths in the file: eight bytes each in BigTIFF, else four.
    Places(Vec<u64>),
    Doubles(Vec<f64>),
    /// A text, NUL added.
    Text(String),
}

/// The tags of one image, in the order of their numbers.
pub(in crate::grid) type Fields = Vec<(u16, Field)>;

/// Classic or BigTIFF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::grid) enum Size {
    Classic,
    Big,
}

impl Size {
    /// Bytes of the header of the file.
    pub(in crate::grid) fn header_bytes(self) -> u64 {
        if self == Self::Big { 16 } else { 8 }
    }

    fn place_bytes(self) -> usize {
        if self == Self::Big { 8 } else { 4 }
    }

    fn put(self, number: u64, out: &mut Vec<u8>) {
        out.extend(&number.to_le_bytes()[..self.place_bytes()]);
    }

    /// The header of a file whose first directory is at a place.
    pub(in crate::grid) fn header(self, first: u64) -> Vec<u8> {
        let mut out = match self {
            Self::Classic => vec![b'I', b'I', 42, 0],
            Self::Big => vec![b'I', b'I', 43, 0, 8, 0, 0, 0],
        };
        self.put(first, &mut out);
        out
    }

    /// Bytes of a directory with the values that do not fit into it.
    pub(in crate::grid) fn directory_bytes(self, fields: &Fields) -> u64 {
        self.directory(fields, 0, 0).len() as u64
    }

    /// A directory that is written at `at`, followed by its long values; `next` is the place of the following one, 0 of the last.
    pub(in crate::grid) fn directory(self, fields: &Fields, at: u64, next: u64) -> Vec<u8> {
        let big = self == Self::Big;
        let (count_bytes, entry_bytes) = if big { (8, 20) } else { (2, 12) };
        let table_bytes = count_bytes + fields.len() * entry_bytes + self.place_bytes();
        let (mut table, mut values) = (Vec::with_capacity(table_bytes), Vec::new());
        table.extend(&(fields.len() as u64).to_le_bytes()[..count_bytes]);
        for (tag, field) in fields {
            let (kind, count, mut value) = self.value(field);
            table.extend(tag.to_le_bytes());
            table.extend(u16::to_le_bytes(kind));
            self.put(count, &mut table);
            if value.len() > self.place_bytes() {
                self.put(at + (table_bytes + values.len()) as u64, &mut table);
                value.resize(value.len().next_multiple_of(8), 0);
                values.append(&mut value);
            } else {
                value.resize(self.place_bytes(), 0);
                table.append(&mut value);
            }
        }
        self.put(next, &mut table);
        table.append(&mut values);
        table.resize(table.len().next_multiple_of(2), 0);
        table
    }

    /// Field type, count and bytes of values.
    fn value(self, field: &Field) -> (u16, u64, Vec<u8>) {
        match field {
            Field::Shorts(shorts) => {
                (3, shorts.len() as u64, shorts.iter().flat_map(|value| value.to_le_bytes()).collect())
            }
            Field::Longs(longs) => {
                (4, longs.len() as u64, longs.iter().flat_map(|value| value.to_le_bytes()).collect())
            }
            Field::Doubles(all) => (12, all.len() as u64, all.iter().flat_map(|value| value.to_le_bytes()).collect()),
            Field::Text(text) => (2, text.len() as u64 + 1, text.bytes().chain([0]).collect()),
            Field::Places(places) => {
                let mut bytes = Vec::with_capacity(places.len() * self.place_bytes());
                places.iter().for_each(|&place| self.put(place, &mut bytes));
                (if self == Self::Big { 16 } else { 4 }, places.len() as u64, bytes)
            }
        }
    }
}
