//! Moves positions between two CRSs: through a kernel of our own where one is sure to agree with PROJ, else through PROJ.

use crate::facts::{facts, info};
use crate::kernel::Kernel;
use crate::memo::Memo;
use crate::operation::{self, Operation};
use crate::pipeline::Pipeline;
use crate::{bounds, library};
use proj::Proj;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use terrane_model::filter::Transformer;
use terrane_model::{Bbox, Crs, Result};

/// PROJ objects that a thread keeps; the oldest goes first.
const OBJECTS_PER_THREAD: usize = 16;

/// A kernel must agree with PROJ this closely at every sample, metres (degrees are taken on the equator).
const AGREEMENT_M: f64 = 0.001;

/// Moves positions from one CRS to another. Cheap to make after the first time, usable from any thread.
///
/// Positions are x then y, in degrees for geographic CRSs, on both sides. What differs from PROJ's own behaviour:
/// - one operation is pinned for the pair (see [`Operation`]), whatever the position;
/// - Web Mercator and other cylindrical projections about Greenwich do not wrap longitudes: 190° lies east of 180°, so that
///   shapes across the antimeridian stay whole;
/// - Web Mercator takes latitudes beyond ±85.06° as ±85.06°, so that the poles stay finite.
#[derive(Clone)]
pub struct Transform {
    plan: Arc<Plan>,
}

/// What there is to know about a pair.
#[derive(Debug)]
pub(crate) struct Plan {
    pub from: Crs,
    pub to: Crs,
    pub operation: Operation,
    pub engine: Engine,
    pub pipeline: Arc<str>,
    pub to_geographic: bool,
    /// The greatest |x| and |y| that can be a position in the source: a turn and a half east or west, and the poles.
    source_bound: [f64; 2],
    area: Option<[u64; 4]>,
}

/// How positions are moved.
#[derive(Debug)]
pub(crate) enum Engine {
    Identity,
    Kernel(Kernel),
    Proj,
}

type PlanKey = (Crs, Crs, Option<[u64; 4]>);

impl Transform {
    /// Between two CRSs, by the operation that is best for the area that both are for.
    pub fn new(from: &Crs, to: &Crs) -> Result<Self> {
        Self::planned(&(from.clone(), to.clone(), None))
    }

    /// Between two CRSs, by the operation that is best for an area in degrees, such as the extent of a dataset. Where one CRS
    /// serves several countries (Tokyo: Japan and Korea), this picks the country's own operation.
    pub fn within(from: &Crs, to: &Crs, area: &Bbox) -> Result<Self> {
        Self::planned(&(from.clone(), to.clone(), Some(area.to_array().map(f64::to_bits))))
    }

    fn planned(key: &PlanKey) -> Result<Self> {
        static PLANS: Memo<PlanKey, Arc<Plan>> = Memo::new();
        PLANS.get_or_try(key, || plan(key).map(Arc::new)).map(|plan| Self { plan })
    }

    /// Whether nothing is moved.
    pub fn is_identity(&self) -> bool {
        matches!(self.plan.engine, Engine::Identity)
    }

    /// The inverse: the same operation, backwards.
    pub fn inverse(&self) -> Result<Self> {
        Self::planned(&(self.plan.to.clone(), self.plan.from.clone(), self.plan.area))
    }

    /// Moves positions in place; those that have no place in the target become NaN.
    pub fn apply(&self, positions: &mut [[f64; 2]]) {
        match &self.plan.engine {
            Engine::Identity => {}
            Engine::Kernel(kernel) => kernel.apply(positions),
            Engine::Proj => self.plan.apply_proj(positions),
        }
    }

    /// The operation used.
    pub fn operation(&self) -> &Operation {
        &self.plan.operation
    }

    /// From.
    pub fn from(&self) -> &Crs {
        &self.plan.from
    }

    /// To.
    pub fn to(&self) -> &Crs {
        &self.plan.to
    }

    /// The operation as PROJ writes it, x then y: what can be recorded with a dataset and run again anywhere.
    pub fn pipeline(&self) -> &str {
        &self.plan.pipeline
    }

    /// Whether a kernel of this crate does the work, not PROJ.
    pub fn is_kernel(&self) -> bool {
        matches!(self.plan.engine, Engine::Kernel(_))
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }
}

impl std::fmt::Debug for Transform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.plan.fmt(f)
    }
}

impl Transformer for Transform {
    fn positions(&self, positions: &mut [[f64; 2]]) -> Result<()> {
        self.apply(positions);
        Ok(())
    }

    /// The box that holds the moved box; [`Bbox::EMPTY`] when no part of it has a place in the target. In a geographic target it
    /// crosses the antimeridian where that is narrower, and reaches the pole that it holds.
    fn bbox(&self, bbox: &Bbox) -> Result<Bbox> {
        if self.is_identity() { Ok(*bbox) } else { bounds::moved(self, bbox) }
    }
}

fn plan((from, to, area): &PlanKey) -> Result<Plan> {
    let (source, target) = (info(from)?, info(to)?);
    let source_unit = facts(from)?.shape.unit_factor;
    let (from_name, to_name) = (latitude_first_twin(from), latitude_first_twin(to));
    let finished = |operation, engine, pipeline: &str| Plan {
        from: from.clone(),
        to: to.clone(),
        operation,
        engine,
        pipeline: pipeline.into(),
        source_bound: match source.geographic {
            true => [540.0, 90.000_000_001].map(|degrees: f64| degrees.to_radians() / source_unit),
            false => [f64::MAX; 2],
        },
        to_geographic: target.geographic,
        area: *area,
    };
    if from_name == to_name {
        let operation = Operation { title: "The same coordinates".to_owned(), accuracy_m: Some(0.0), ballpark: false };
        return Ok(finished(operation, Engine::Identity, "+proj=noop"));
    }
    // One of the two directions is chosen by PROJ, the other is its inverse, so that there and back is always the same place.
    let forward = from_name.name() <= to_name.name();
    let (first, second) = if forward { (&from_name, &to_name) } else { (&to_name, &from_name) };
    let box_given = area.map(|bits| Bbox::from_array(bits.map(f64::from_bits)));
    let samples = operation::samples(first, second, box_given.as_ref())?;
    let chosen = operation::choose(first, second, &samples)?;
    let text = if forward { chosen.pipeline } else { Pipeline::parse(&chosen.pipeline).inverted().to_string() };
    let samples = if forward { samples } else { operation::samples(from, to, box_given.as_ref())? };
    let engine = engine(&text, &samples, target.metres_per_unit)?;
    Ok(finished(chosen.operation, engine, &text))
}

/// The EPSG CRS that differs from one of OGC's only in its axis order, which does not exist here: PROJ's registry ties its datum
/// operations to the former and would fall back to none at all for the latter (CGCS2000 → CRS84).
fn latitude_first_twin(crs: &Crs) -> Crs {
    match crs.name() {
        "OGC:CRS84" => Crs::epsg(4326),
        "OGC:CRS84h" => Crs::epsg(4979),
        "OGC:CRS83" => Crs::epsg(4269),
        "OGC:CRS27" => Crs::epsg(4267),
        _ => crs.clone(),
    }
}

/// A kernel when there is one that agrees with PROJ at all samples, else PROJ.
fn engine(text: &str, samples: &[[f64; 2]], metres_per_unit: f64) -> Result<Engine> {
    let object = library::pipeline_object(text)?;
    let Some(kernel) = Kernel::compile(&Pipeline::parse(text)) else { return Ok(Engine::Proj) };
    let mut ours = samples.to_vec();
    kernel.apply(&mut ours);
    let mut theirs = samples.to_vec();
    theirs.iter_mut().for_each(|position| *position = moved_by(&object, *position));
    // A NaN of ours is not near anything.
    let near = |a: [f64; 2], b: [f64; 2]| (0..2).all(|axis| (a[axis] - b[axis]).abs() * metres_per_unit <= AGREEMENT_M);
    let agrees = ours.iter().zip(&theirs).all(|(a, b)| b[0].is_nan() || near(*a, *b));
    Ok(if !agrees {
        Engine::Proj
    } else if kernel.is_identity() {
        Engine::Identity
    } else {
        Engine::Kernel(kernel)
    })
}

fn moved_by(object: &Proj, [x, y]: [f64; 2]) -> [f64; 2] {
    match object.convert((x, y)) {
        Ok((x, y)) if x.is_finite() && y.is_finite() => [x, y],
        _ => [f64::NAN; 2],
    }
}

impl Plan {
    fn apply_proj(&self, positions: &mut [[f64; 2]]) {
        let Some(object) = thread_object(&self.pipeline) else {
            return positions.fill([f64::NAN; 2]);
        };
        for position in positions {
            *position = if self.on_the_map(*position) { moved_by(&object, *position) } else { [f64::NAN; 2] };
        }
    }

    /// Whether a position is one at all. PROJ would say the same, but write a line to the log for each that is not.
    fn on_the_map(&self, [x, y]: [f64; 2]) -> bool {
        let [x_max, y_max] = self.source_bound;
        x.abs() <= x_max && y.abs() <= y_max
    }
}

/// The calling thread's own PROJ object of a pipeline: they cannot be shared between threads and take a while to make. This is the
/// one thread-local of the program; it is a memory of a pure function, not state.
fn thread_object(pipeline: &Arc<str>) -> Option<Rc<Proj>> {
    thread_local! {
        static OBJECTS: RefCell<Vec<(Arc<str>, Rc<Proj>)>> = const { RefCell::new(Vec::new()) };
    }
    OBJECTS.with_borrow_mut(|objects| {
        if let Some((_, object)) = objects.iter().find(|(known, _)| known == pipeline) {
            return Some(object.clone());
        }
        // A plan is only made of a pipeline that PROJ could read, so this does not fail but for want of memory.
        let object = Rc::new(library::pipeline_object(pipeline).ok()?);
        if objects.len() >= OBJECTS_PER_THREAD {
            objects.remove(0);
        }
        objects.push((pipeline.clone(), object.clone()));
        Some(object)
    })
}
