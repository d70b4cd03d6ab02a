//! Events as points of a map: just what draws them, in whole arrays.

use super::events::{Event, EventRows};
use super::question::EventQuestion;
use super::tables::EventSource;
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use std::sync::Arc;
use terrane_hazard::kind::Kind;
use terrane_hazard::table::Role;
use terrane_model::Result;

/// What draws a point.
const ROLES: [Role; 5] = [Role::Time, Role::Magnitude, Role::Depth, Role::Vei, Role::WaterHeight];
/// No value in an array of whole numbers.
const NONE: i16 = i16::MIN;

/// One event as a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventPoint {
    /// The first moment it can have been, seconds since 1970.
    pub seconds: f64,
    /// Longitude and latitude, degrees.
    pub position: [f32; 2],
    /// Hundredths of a magnitude, of a VEI, or of a metre of water, by kind.
    pub size: i16,
    /// Tenths of a kilometre.
    pub depth: i16,
    /// What has happened.
    pub kind: Kind,
    /// The place of its table among [`Engine::event_sources`].
    pub table: u8,
}

/// Events as points, the largest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventPoints(pub Vec<EventPoint>);

impl EventPoints {
    /// `TEV1`, the count as u32, then a whole array of each: f64 seconds, f32 longitudes, f32 latitudes, i16 sizes, i16 depths,
    /// u8 kinds (in the order of [`Kind::NAMES`]), u8 tables; all little-endian, −32768 where there is no value.
    pub fn to_bytes(&self) -> Vec<u8> {
        let points = &self.0;
        let mut out = Vec::with_capacity(8 + points.len() * 22);
        out.extend_from_slice(b"TEV1");
        out.extend_from_slice(&(points.len() as u32).to_le_bytes());
        out.extend(points.iter().flat_map(|point| point.seconds.to_le_bytes()));
        out.extend(points.iter().flat_map(|point| point.position[0].to_le_bytes()));
        out.extend(points.iter().flat_map(|point| point.position[1].to_le_bytes()));
        out.extend(points.iter().flat_map(|point| point.size.to_le_bytes()));
        out.extend(points.iter().flat_map(|point| point.depth.to_le_bytes()));
        out.extend(points.iter().map(|point| point.kind as u8));
        out.extend(points.iter().map(|point| point.table));
        out
    }
}

impl Engine {
    /// All events that match as points; when there are more than the question's limit, the largest of them.
    pub async fn event_points(self: &Arc<Self>, caller: Caller, question: EventQuestion) -> Result<EventPoints> {
        let engine = Arc::clone(self);
        self.pool().run(move |cancel: &Cancel| engine.event_points_here(caller, &question, cancel)).await
    }

    fn event_points_here(&self, caller: Caller, question: &EventQuestion, cancel: &Cancel) -> Result<EventPoints> {
        let question = &*self.with_faults((caller, cancel), question)?;
        let mut points = Vec::new();
        for (place, source) in self.asked_sources(caller, question) {
            self.each_event((caller, cancel), question, (&source, &ROLES), |event| {
                points.extend(point(event, place));
            })?;
        }
        points.sort_unstable_by(|left, right| right.size.cmp(&left.size).then(right.seconds.total_cmp(&left.seconds)));
        points.truncate(question.limit);
        Ok(EventPoints(points))
    }

    /// Hands over every event of a table that matches, in no order.
    pub(super) fn each_event(
        &self,
        (caller, cancel): (Caller, &Cancel),
        question: &EventQuestion,
        (source, roles): (&EventSource, &[Role]),
        mut see: impl FnMut(&Event<'_>),
    ) -> Result<()> {
        let mut query = match question.query(source, roles) {
            Some(query) => query,
            None => return Ok(()),
        };
        query.sort.clear();
        let Some(mut stream) = self.whole_stream((caller, cancel), source, query)? else { return Ok(()) };
        let mut rows = EventRows::new(source.clone(), Arc::clone(&stream.revision), Vec::new());
        while let Some(batch) = stream.batch(cancel)? {
            rows.look_at(&batch);
            for row in batch.rows() {
                see(&rows.event(&batch, row));
            }
        }
        Ok(())
    }
}

fn point(event: &Event<'_>, table: usize) -> Option<EventPoint> {
    let [lon, lat] = event.position()?;
    let size = match event.kind() {
        Kind::Earthquake | Kind::Landslide => event.number(Role::Magnitude),
        Kind::Eruption => event.number(Role::Vei),
        Kind::Tsunami => event.number(Role::WaterHeight),
    };
    Some(EventPoint {
        seconds: event.earliest()?.0 as f64 / 1e6,
        position: [lon as f32, lat as f32],
        size: scaled(size, 100.0),
        depth: scaled(event.number(Role::Depth), 10.0),
        kind: event.kind(),
        table: u8::try_from(table).unwrap_or(u8::MAX),
    })
}

/// A number in whole parts, as near as the type can hold it.
fn scaled(number: Option<f64>, parts: f64) -> i16 {
    number.map_or(NONE, |number| (number * parts).round().clamp(-32_767.0, 32_767.0) as i16)
}
