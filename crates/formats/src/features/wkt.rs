//! Well-known text (ISO 13249-3, with or without `SRID=…;`): read into a batch and written from one.

use super::geojson::write_float;
use super::wkb::Notes;
use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::{GeometryRef, PartRef};
use terrane_model::limits::GEOMETRY_DEPTH_MAX;
use terrane_model::schema::GeometryKind;
use terrane_model::{Error, Result};

/// The kind of geometry that a text begins with.
pub fn kind(text: &str) -> GeometryKind {
    kind_and_rest(without_srid(text)).map_or(GeometryKind::Any, |(kind, _)| kind)
}

/// Reads one geometry as the row that `into` is building, called `wanted` when it is the single of that kind. On an error the row has
/// no geometry.
pub fn read(text: &str, wanted: GeometryKind, into: &mut GeometryBuilder) -> Result<Notes> {
    let mut reader = Reader { rest: without_srid(text), notes: Notes::default(), into };
    let outcome = reader.top(wanted);
    let notes = reader.notes;
    if outcome.is_err() {
        into.abandon();
    }
    outcome.map(|()| notes)
}

fn without_srid(text: &str) -> &str {
    let text = text.trim_start();
    let has_srid = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("SRID="));
    if has_srid { text.split_once(';').map_or(text, |(_, rest)| rest) } else { text }
}

/// The kind that a text begins with, and what follows its name. The longest name wins: no name is the start of another.
fn kind_and_rest(text: &str) -> Option<(GeometryKind, &str)> {
    let text = text.trim_start();
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = text.split_at(letters);
    let kind = (1..8).map(GeometryKind::from_u8);
    // `POINTZ` is as common as `POINT Z`.
    let plain = |word: &str| {
        let upper = word.to_ascii_uppercase();
        let cut = ["ZM", "Z", "M"].into_iter().find_map(|end| upper.strip_suffix(end)).map(str::len);
        (upper.clone(), cut.map(|length| upper[..length].to_owned()))
    };
    let (whole, cut) = plain(word);
    let found = |name: &str| kind.clone().find(|kind| kind.name().eq_ignore_ascii_case(name));
    match found(&whole) {
        Some(kind) => Some((kind, rest)),
        None => {
            let cut = cut?;
            found(&cut).map(|kind| (kind, &text[cut.len()..]))
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    notes: Notes,
    into: &'a mut GeometryBuilder,
}

impl Reader<'_> {
    fn top(&mut self, wanted: GeometryKind) -> Result<()> {
        let kind = self.kind()?;
        self.into.begin(if kind.multi() == wanted { wanted } else { kind });
        self.body(kind, 0)?;
        match self.rest.trim() {
            "" => Ok(()),
            _ => Err(self.wrong("something follows the geometry")),
        }
    }

    fn wrong(&self, what: &str) -> Error {
        let near: String = self.rest.trim_start().chars().take(20).collect();
        Error::invalid(format!("The geometry is not well-known text: {what} (at “{near}”)."))
    }

    fn kind(&mut self) -> Result<GeometryKind> {
        let Some((kind, rest)) = kind_and_rest(self.rest) else {
            return Err(self.wrong("no type of geometry is named, such as POINT or POLYGON; curves are not supported"));
        };
        self.rest = rest.trim_start();
        for dimensions in ["ZM", "Z", "M"] {
            let next = self.rest.get(..dimensions.len()).filter(|next| next.eq_ignore_ascii_case(dimensions));
            if next.is_some() {
                self.rest = self.rest[dimensions.len()..].trim_start();
                self.notes.measures |= dimensions.ends_with('M');
                break;
            }
        }
        Ok(kind)
    }

    fn is_empty(&mut self) -> bool {
        let empty = self.rest.trim_start().get(..5).is_some_and(|word| word.eq_ignore_ascii_case("EMPTY"));
        if empty {
            self.rest = &self.rest.trim_start()[5..];
        }
        empty
    }

    fn take(&mut self, mark: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// `( item , item … )`, or EMPTY.
    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        if !self.take('(') {
            return Err(self.wrong("an opening parenthesis is missing"));
        }
        loop {
            item(self)?;
            if self.take(')') {
                return Ok(());
            }
            if !self.take(',') {
                return Err(self.wrong("a comma or a closing parenthesis is missing"));
            }
        }
    }

    fn body(&mut self, kind: GeometryKind, depth: usize) -> Result<()> {
        match kind {
            GeometryKind::Point => self.list(Self::point),
            GeometryKind::MultiPoint => self.list(|reader| {
                if reader.rest.trim_start().starts_with('(') { reader.list(Self::point) } else { reader.point() }
            }),
            GeometryKind::LineString => self.line(),
            GeometryKind::MultiLineString => self.list(Self::line),
            GeometryKind::Polygon => self.polygon(),
            GeometryKind::MultiPolygon => self.list(Self::polygon),
            _ if depth >= GEOMETRY_DEPTH_MAX => {
                Err(Error::too_large(format!("The geometry is nested more than {GEOMETRY_DEPTH_MAX} deep.")))
            }
            _ => self.list(|reader| {
                let kind = reader.kind()?;
                reader.body(kind, depth + 1)
            }),
        }
    }

    fn point(&mut self) -> Result<()> {
        self.into.part(GeometryKind::Point);
        self.into.ring();
        self.position().map(|_| ())
    }

    fn line(&mut self) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        self.into.part(GeometryKind::LineString);
        self.run(false)
    }

    fn polygon(&mut self) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        self.into.part(GeometryKind::Polygon);
        self.list(|reader| reader.run(true))
    }

    fn run(&mut self, is_ring: bool) -> Result<()> {
        self.into.ring();
        let (mut first, mut last, mut count) = (None, None, 0_u32);
        self.list(|reader| {
            let position = reader.position()?;
            first.get_or_insert(position);
            last = Some(position);
            count += 1;
            Ok(())
        })?;
        if let (true, Some((xy, z)), Some((end, _))) = (is_ring, first, last)
            && xy != end
        {
            self.into.position(xy, z);
            self.notes.closed_rings += 1;
            count += 1;
        }
        self.notes.short_runs += u32::from(count < if is_ring { 4 } else { 2 });
        Ok(())
    }

    fn position(&mut self) -> Result<([f64; 2], Option<f64>)> {
        let (Some(x), Some(y)) = (self.number()?, self.number()?) else {
            return Err(self.wrong("a position needs two numbers"));
        };
        let z = self.number()?;
        while self.number()?.is_some() {
            self.notes.measures = true;
        }
        self.into.position([x, y], z);
        Ok(([x, y], z))
    }

    fn number(&mut self) -> Result<Option<f64>> {
        let text = self.rest.trim_start();
        let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte)).count();
        if length == 0 {
            return Ok(None);
        }
        let number = text[..length].parse::<f64>().ok().filter(|number| number.is_finite());
        let number = number.ok_or_else(|| self.wrong("a number cannot be read"))?;
        self.rest = &text[length..];
        Ok(Some(number))
    }
}

/// Appends a geometry, with heights where it has any.
pub fn write(geometry: &GeometryRef<'_>, out: &mut Vec<u8>) {
    let has_z = geometry.parts().any(|part| part.heights().flatten().flatten().any(|height| !height.is_nan()));
    let kind = geometry.kind();
    name(kind, has_z, out);
    if geometry.parts().len() == 0 {
        return out.extend_from_slice(b" EMPTY");
    }
    let single = kind == kind.part() && kind != GeometryKind::Collection;
    out.extend_from_slice(if single { b" " } else { b" (" });
    for (place, part) in geometry.parts().enumerate() {
        if place > 0 {
            out.extend_from_slice(b", ");
        }
        if kind == GeometryKind::Collection {
            name(part.kind(), has_z, out);
            out.push(b' ');
        }
        write_part(&part, has_z, out);
    }
    out.extend_from_slice(if single { b"" } else { b")" });
}

fn name(kind: GeometryKind, has_z: bool, out: &mut Vec<u8>) {
    out.extend(kind.name().bytes().map(|byte| byte.to_ascii_uppercase()));
    out.extend_from_slice(if has_z { b" Z" } else { b"" });
}

fn write_part(part: &PartRef<'_>, has_z: bool, out: &mut Vec<u8>) {
    let is_area = part.kind() == GeometryKind::Polygon;
    out.extend_from_slice(if is_area { b"(" } else { b"" });
    for (place, (ring, heights)) in part.rings().zip(part.heights()).enumerate() {
        out.extend_from_slice(if place > 0 { b", (" } else { b"(" });
        for (at, [x, y]) in ring.iter().enumerate() {
            out.extend_from_slice(if at > 0 { b", " } else { b"" });
            write_float(*x, out);
            out.push(b' ');
            write_float(*y, out);
            if has_z {
                out.push(b' ');
                write_float(
                    heights
                        .and_then(|heights| heights.get(at))
                        .copied()
                        .filter(|height| height.is_finite())
                        .unwrap_or(0.0),
                    out,
                );
            }
        }
        out.push(b')');
    }
    out.extend_from_slice(if is_area { b")" } else { b"" });
}
