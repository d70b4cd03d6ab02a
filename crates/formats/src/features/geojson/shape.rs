//! A geometry object being read: its members come in any order, so coordinates are gathered first and understood at the end.

use super::lexer::{Lexer, Token};
use crate::features::wkb::Notes;
use std::io::Read;
use terrane_model::batch::GeometryBuilder;
use terrane_model::limits::{GEOMETRY_DEPTH_MAX, Limits};
use terrane_model::schema::GeometryKind;
use terrane_model::{Bbox, Error, Result};

/// Coordinates of one feature, reused from feature to feature.
#[derive(Debug, Default)]
pub struct Shape {
    positions: Vec<[f64; 3]>,
    run_ends: Vec<usize>,
    part_ends: Vec<usize>,
    members: Vec<Member>,
    collection: bool,
    measures: bool,
    /// What is wrong with it, when it can be read but not understood.
    fault: Option<String>,
}

/// One geometry with coordinates: the whole, or a member of a collection.
#[derive(Debug, Clone, Copy)]
struct Member {
    kind: GeometryKind,
    /// How deep positions are nested: 1 for a point. 0 when there is none.
    nesting: usize,
    position_from: usize,
    run_from: usize,
    part_from: usize,
}

/// Coordinates whose kind is not known yet.
#[derive(Debug, Clone, Copy)]
pub struct Coordinates {
    nesting: usize,
    position_from: usize,
    run_from: usize,
    part_from: usize,
}

/// What the members of a geometry object (or of a document that may be one) say so far.
#[derive(Debug, Default)]
pub struct Members {
    kind: Option<String>,
    coordinates: Option<Coordinates>,
    geometries: bool,
}

impl Members {
    /// Notes the type.
    pub fn set_kind(&mut self, kind: &str) {
        self.kind = Some(kind.to_owned());
    }

    /// The type.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }
}

impl Shape {
    /// Forgets the feature before.
    pub fn clear(&mut self) {
        self.positions.clear();
        self.run_ends.clear();
        self.part_ends.clear();
        self.members.clear();
        (self.collection, self.measures, self.fault) = (false, false, None);
    }

    /// Reads a geometry object after its opening brace.
    pub fn read<R: Read>(&mut self, lexer: &mut Lexer<R>, depth: usize) -> Result<()> {
        let mut members = Members::default();
        while lexer.next()? == Token::Key {
            let name = lexer.text().to_owned();
            self.member(&name, lexer, &mut members, depth)?;
        }
        self.finish(&members);
        Ok(())
    }

    /// Reads the value of a member of a geometry object; members that mean nothing here are passed over.
    pub fn member<R: Read>(
        &mut self,
        name: &str,
        lexer: &mut Lexer<R>,
        members: &mut Members,
        depth: usize,
    ) -> Result<()> {
        let token = lexer.next()?;
        match (name, token) {
            ("type", Token::Text) => members.set_kind(lexer.text()),
            ("coordinates", Token::BeginArray) => members.coordinates = Some(self.coordinates(lexer)?),
            ("geometries", Token::BeginArray) => {
                members.geometries = true;
                self.geometries(lexer, depth)?;
            }
            (_, token) => lexer.rest_of_value(token, None)?,
        }
        Ok(())
    }

    fn geometries<R: Read>(&mut self, lexer: &mut Lexer<R>, depth: usize) -> Result<()> {
        if depth >= GEOMETRY_DEPTH_MAX {
            return Err(Error::too_large(format!("A geometry is nested more than {GEOMETRY_DEPTH_MAX} deep.")));
        }
        loop {
            match lexer.next()? {
                Token::EndArray => return Ok(()),
                Token::BeginObject => self.read(lexer, depth + 1)?,
                other => {
                    self.fault("A GeometryCollection holds something that is not a geometry.");
                    lexer.rest_of_value(other, None)?;
                }
            }
        }
    }

    /// Understands a geometry object whose members have been read.
    pub fn finish(&mut self, members: &Members) {
        let name = members.kind().unwrap_or("");
        let kind = (1..8).map(GeometryKind::from_u8).find(|kind| kind.name() == name);
        match (kind, members.coordinates) {
            (Some(GeometryKind::Collection), _) if members.geometries => self.collection = true,
            (Some(kind), Some(coordinates)) if kind != GeometryKind::Collection => self.add(kind, coordinates),
            (Some(kind), _) => self.fault(&format!("A {} has no coordinates.", kind.name())),
            (None, _) => {
                let short: String = name.chars().take(40).collect();
                self.fault(&format!("“{short}” is not a type of geometry that GeoJSON knows."));
            }
        }
    }

    fn add(&mut self, kind: GeometryKind, coordinates: Coordinates) {
        let wanted = match kind {
            GeometryKind::Point => 1,
            GeometryKind::LineString | GeometryKind::MultiPoint => 2,
            GeometryKind::Polygon | GeometryKind::MultiLineString => 3,
            _ => 4,
        };
        let Coordinates { nesting, position_from, run_from, part_from } = coordinates;
        if nesting != 0 && nesting != wanted {
            self.fault(&format!("The coordinates of a {} are nested {nesting} deep instead of {wanted}.", kind.name()));
        }
        self.members.push(Member { kind, nesting, position_from, run_from, part_from });
    }

    fn fault(&mut self, what: &str) {
        self.fault.get_or_insert_with(|| what.to_owned());
    }

    /// Reads nested lists of numbers after the first opening bracket.
    fn coordinates<R: Read>(&mut self, lexer: &mut Lexer<R>) -> Result<Coordinates> {
        let (position_from, run_from, part_from) = (self.positions.len(), self.run_ends.len(), self.part_ends.len());
        let vertices_max = Limits::default().import_vertices_max;
        let (mut level, mut nesting, mut numbers) = (1, 0, 0);
        while level > 0 {
            match lexer.next()? {
                Token::BeginArray => {
                    level += 1;
                    numbers = 0;
                }
                Token::EndArray => {
                    self.end_list(level, nesting, numbers);
                    level -= 1;
                    numbers = 0;
                }
                Token::Number => {
                    nesting = if nesting == 0 { level } else { nesting };
                    if level != nesting {
                        self.fault("Coordinates are not nested evenly.");
                    }
                    self.number(numbers, number_of(lexer.text())?);
                    numbers += 1;
                }
                other => {
                    self.fault("A coordinate is not a number.");
                    lexer.rest_of_value(other, None)?;
                }
            }
            if self.positions.len() > vertices_max {
                return Err(Error::too_large(format!("A geometry has more than {vertices_max} positions.")));
            }
        }
        Ok(Coordinates { nesting, position_from, run_from, part_from })
    }

    fn number(&mut self, place: usize, number: f64) {
        match (place, self.positions.last_mut()) {
            (0, _) => self.positions.push([number, f64::NAN, f64::NAN]),
            (1 | 2, Some(last)) => last[place] = number,
            _ => self.measures = true,
        }
    }

    fn end_list(&mut self, level: usize, nesting: usize, numbers: usize) {
        if level == nesting {
            if numbers < 2 {
                self.fault("A position needs at least two numbers.");
            }
        } else if level + 1 == nesting {
            self.run_ends.push(self.positions.len());
        } else if level + 2 == nesting {
            self.part_ends.push(self.run_ends.len());
        }
    }

    /// The kind of the whole; `Any` when it cannot be understood.
    pub fn kind(&self) -> GeometryKind {
        match (self.collection, self.members.first()) {
            _ if self.fault.is_some() => GeometryKind::Any,
            (true, _) => GeometryKind::Collection,
            (false, Some(member)) => member.kind,
            (false, None) => GeometryKind::Any,
        }
    }

    /// Whether any position has a height.
    pub fn has_heights(&self) -> bool {
        self.positions.iter().any(|position| !position[2].is_nan())
    }

    /// The first position, its height NaN when it has none.
    pub fn first_position(&self) -> Option<[f64; 3]> {
        self.positions.first().copied()
    }

    /// The box of all positions.
    pub fn bbox(&self) -> Bbox {
        let mut bbox = Bbox::EMPTY;
        self.positions.iter().for_each(|&[x, y, _]| bbox.include([x, y]));
        bbox
    }

    /// Builds the geometry as the row that `into` is building, called `kind` when it is the single of that kind. An error says what
    /// is wrong; the row then has no geometry.
    pub fn build(&self, kind: GeometryKind, into: &mut GeometryBuilder) -> Result<Notes> {
        if let Some(fault) = &self.fault {
            return Err(Error::invalid(fault.clone()));
        }
        let mut notes = Notes { measures: self.measures, ..Notes::default() };
        let own = self.kind();
        into.begin(if own.multi() == kind { kind } else { own });
        for (place, member) in self.members.iter().enumerate() {
            let (runs_to, parts_to) = match self.members.get(place + 1) {
                Some(next) => (next.run_from, next.part_from),
                None => (self.run_ends.len(), self.part_ends.len()),
            };
            let runs = Runs { shape: self, position: member.position_from };
            runs.build(member, (runs_to, parts_to), into, &mut notes);
        }
        Ok(notes)
    }
}

/// Takes runs of positions one after the other.
struct Runs<'a> {
    shape: &'a Shape,
    position: usize,
}

impl Runs<'_> {
    fn build(
        mut self,
        member: &Member,
        (runs_to, parts_to): (usize, usize),
        into: &mut GeometryBuilder,
        notes: &mut Notes,
    ) {
        let run_ends = &self.shape.run_ends[member.run_from..runs_to];
        match (member.kind, member.nesting) {
            (_, 0) => {}
            (GeometryKind::Point, _) => self.point(into),
            (GeometryKind::MultiPoint, _) => {
                let end = run_ends.last().copied().unwrap_or(self.position);
                while self.position < end {
                    self.point(into);
                }
            }
            (GeometryKind::LineString | GeometryKind::MultiLineString, _) => {
                for &end in run_ends {
                    into.part(GeometryKind::LineString);
                    self.run(end, false, into, notes);
                }
            }
            (GeometryKind::Polygon, _) => {
                into.part(GeometryKind::Polygon);
                run_ends.iter().for_each(|&end| self.run(end, true, into, notes));
            }
            _ => {
                let mut run = member.run_from;
                for &part_end in &self.shape.part_ends[member.part_from..parts_to] {
                    into.part(GeometryKind::Polygon);
                    self.shape.run_ends[run..part_end].iter().for_each(|&end| self.run(end, true, into, notes));
                    run = part_end;
                }
            }
        }
    }

    fn point(&mut self, into: &mut GeometryBuilder) {
        into.part(GeometryKind::Point);
        into.ring();
        self.position(self.position, into);
        self.position += 1;
    }

    fn position(&self, at: usize, into: &mut GeometryBuilder) {
        let [x, y, z] = self.shape.positions[at];
        into.position([x, y], Some(z));
    }

    /// One line or ring; a ring that is open is closed.
    fn run(&mut self, end: usize, is_ring: bool, into: &mut GeometryBuilder, notes: &mut Notes) {
        let from = std::mem::replace(&mut self.position, end);
        into.ring();
        (from..end).for_each(|at| self.position(at, into));
        let plane = |at: usize| [self.shape.positions[at][0], self.shape.positions[at][1]];
        let open = is_ring && end > from && plane(from) != plane(end - 1);
        if open {
            self.position(from, into);
            notes.closed_rings += 1;
        }
        let least = if is_ring { 4 } else { 2 };
        notes.short_runs += u32::from(end - from + usize::from(open) < least);
    }
}

/// A coordinate; numbers that no 64-bit number is near are refused.
fn number_of(text: &str) -> Result<f64> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(Error::invalid(format!("{} is too large for a number.", text.chars().take(40).collect::<String>()))),
    }
}
