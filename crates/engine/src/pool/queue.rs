//! The queue of questions: bounded in number, in pixels, and, when it does not get empty any more, in time.
//!
//! A burst is let in and worked off. When the queue has been standing for a while there is more to do than can be done; then whoever
//! has waited for several times what a question takes is told so at once, and the others are answered in good time. (The idea is
//! that of CoDel, RFC 8289, 3: it is the standing queue that hurts, not the long one.)

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};

/// What becomes of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is done now.
    Run,
    /// It has waited too long.
    Refused,
}

/// How much a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// Nothing to speak of: it goes before all others.
    Quick,
    /// A question, about so many pixels.
    Usual { pixels: u64 },
}

/// What is to be done.
pub(super) type Work = Box<dyn FnOnce(Fate) + Send>;

/// One question that waits.
pub(super) struct Job {
    size: Size,
    since: Instant,
    work: Mutex<Option<Work>>,
}

impl Job {
    pub(super) fn new(size: Size, work: Work, since: Instant) -> Self {
        Self { size, since, work: Mutex::new(Some(work)) }
    }

    fn take(&self) -> Option<Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn pixels(&self) -> u64 {
        match self.size {
            Size::Quick => 0,
            Size::Usual { pixels } => pixels,
        }
    }
}

/// A queue that stands for so long is one that is not worked off.
const STANDING: Duration = Duration::from_secs(2);
/// Then nobody waits for longer than this many times what a question takes…
const PATIENCE_QUESTIONS: u32 = 5;
/// …and this at least.
const PATIENCE_LEAST: Duration = Duration::from_millis(150);
/// The last so many questions count for what one takes.
const RECENT: u32 = 16;

/// Questions that wait, and how the pool is doing.
pub(super) struct Queue {
    state: Mutex<State>,
    freed: Condvar,
    threads: usize,
    pending_max: usize,
    pixels_max: u64,
}

struct State {
    quick: VecDeque<Arc<Job>>,
    usual: VecDeque<Arc<Job>>,
    pixels: u64,
    running: usize,
    /// Turns that came while all threads had a job.
    turns_due: usize,
    served: u64,
    /// When nobody had to wait last.
    empty_at: Instant,
    /// What a question takes, of late.
    takes: Duration,
}

/// What a person is told who cannot be answered now.
pub(super) fn busy() -> Error {
    Error::busy("This node has all the work it can do; ask again in a few seconds.")
}

impl Queue {
    pub(super) fn new(threads: usize, limits: &Limits) -> Self {
        let state = State {
            quick: VecDeque::new(),
            usual: VecDeque::new(),
            pixels: 0,
            running: 0,
            turns_due: 0,
            served: 0,
            empty_at: Instant::now(),
            takes: Duration::ZERO,
        };
        let (pending_max, pixels_max) = (limits.waiting_tasks_max, limits.waiting_pixels_max);
        Self { state: Mutex::new(state), freed: Condvar::new(), threads, pending_max, pixels_max }
    }

    /// Takes a job, when there is room for it; those that have waited too long make room.
    pub(super) fn push(&self, job: &Arc<Job>) -> Result<()> {
        let mut state = self.state();
        let refused = state.overdue(Instant::now(), self.threads);
        let outcome = self.admit(&mut state, job);
        drop(state);
        refuse(refused);
        outcome
    }

    fn admit(&self, state: &mut State, job: &Arc<Job>) -> Result<()> {
        let waiting = state.quick.len() + state.usual.len();
        let too_many_pixels = waiting > 0 && state.pixels.saturating_add(job.pixels()) > self.pixels_max;
        if waiting + state.running >= self.pending_max || too_many_pixels {
            return Err(busy());
        }
        if state.usual.is_empty() {
            state.empty_at = job.since;
        }
        state.pixels = state.pixels.saturating_add(job.pixels());
        match job.size {
            Size::Quick => state.quick.push_back(Arc::clone(job)),
            Size::Usual { .. } => state.usual.push_back(Arc::clone(job)),
        }
        Ok(())
    }

    /// Does the job whose turn it is, if any is left; tells whether one more turn is due.
    ///
    /// A thread that waits for parts of its own job takes other turns meanwhile. As many jobs run as there are threads and no more, so
    /// that jobs do not pile up upon each other on one thread; the turn is made up for when a job has ended.
    pub(super) fn serve_one(&self) -> bool {
        let mut state = self.state();
        if state.running >= self.threads {
            state.turns_due += 1;
            return false;
        }
        let began = Instant::now();
        let refused = state.overdue(began, self.threads);
        let next = state.next(began);
        drop(state);
        refuse(refused);
        let Some((job, work)) = next else { return false };
        work(Fate::Run);
        self.done(&job, began.elapsed())
    }

    fn done(&self, job: &Job, took: Duration) -> bool {
        let mut state = self.state();
        let is_due = state.turns_due > 0;
        state.turns_due = state.turns_due.saturating_sub(1);
        state.running -= 1;
        if job.size != Size::Quick {
            state.takes = (state.takes * (RECENT - 1) + took) / RECENT;
        }
        drop(state);
        self.freed.notify_all();
        is_due
    }

    /// Takes a job away whose client has gone, unless it is being done.
    pub(super) fn forget(&self, job: &Arc<Job>) {
        let Some(work) = job.take() else { return };
        let mut state = self.state();
        state.pixels = state.pixels.saturating_sub(job.pixels());
        let State { quick, usual, .. } = &mut *state;
        for queue in [quick, usual] {
            queue.retain(|other| !Arc::ptr_eq(other, job));
        }
        drop(state);
        drop(work);
    }

    /// Questions that are being answered or wait.
    pub(super) fn pending(&self) -> usize {
        let state = self.state();
        state.quick.len() + state.usual.len() + state.running
    }

    /// Questions that were begun.
    pub(super) fn served(&self) -> u64 {
        self.state().served
    }

    /// Waits until a thread has nothing to do, for so long at most.
    pub(super) fn wait_until_free(&self, most: Duration) {
        let busy = |state: &mut State| state.running >= self.threads || !state.usual.is_empty();
        let waited = self.freed.wait_timeout_while(self.state(), most, busy);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The next job that is still wanted, counted as running from now on.
    fn next(&mut self, now: Instant) -> Option<(Arc<Job>, Work)> {
        while let Some(job) = self.quick.pop_front().or_else(|| self.usual.pop_front()) {
            if self.usual.is_empty() {
                self.empty_at = now;
            }
            if let Some(work) = job.take() {
                self.pixels = self.pixels.saturating_sub(job.pixels());
                self.running += 1;
                self.served += 1;
                return Some((job, work));
            }
        }
        None
    }

    /// Those that have waited too long in a queue that stands. As many as there are threads may always wait.
    fn overdue(&mut self, now: Instant, threads: usize) -> Vec<Work> {
        let mut refused = Vec::new();
        if now.saturating_duration_since(self.empty_at) < STANDING {
            return refused;
        }
        let patience = (self.takes * PATIENCE_QUESTIONS).max(PATIENCE_LEAST);
        let late = |job: &Arc<Job>| now.saturating_duration_since(job.since) > patience;
        while self.usual.len() > threads && self.usual.front().is_some_and(late) {
            let Some(job) = self.usual.pop_front() else { break };
            if let Some(work) = job.take() {
                self.pixels = self.pixels.saturating_sub(job.pixels());
                refused.push(work);
            }
        }
        refused
    }
}

fn refuse(works: Vec<Work>) {
    works.into_iter().for_each(|work| work(Fate::Refused));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    struct Bench {
        queue: Queue,
        told: mpsc::Receiver<(u32, Fate)>,
        tell: mpsc::Sender<(u32, Fate)>,
        begin: Instant,
    }

    impl Bench {
        fn new(limits: &Limits) -> Self {
            let (tell, told) = mpsc::channel();
            Self { queue: Queue::new(2, limits), told, tell, begin: Instant::now() }
        }

        fn job(&self, number: u32, size: Size, at_ms: u64) -> Arc<Job> {
            let tell = self.tell.clone();
            let work = Box::new(move |fate| tell.send((number, fate)).unwrap_or_default());
            Arc::new(Job::new(size, work, self.begin + Duration::from_millis(at_ms)))
        }

        fn admitted(&self, number: u32, pixels: u64, at_ms: u64) -> bool {
            let job = self.job(number, Size::Usual { pixels }, at_ms);
            self.queue.admit(&mut self.queue.state(), &job).is_ok()
        }

        /// Who is refused at a moment.
        fn refused(&self, at_ms: u64) -> Vec<u32> {
            let now = self.begin + Duration::from_millis(at_ms);
            refuse(self.queue.state().overdue(now, 2));
            self.told.try_iter().map(|(number, _)| number).collect()
        }

        /// Who is served next, at a moment.
        fn serves(&self, at_ms: u64) -> Option<u32> {
            let next = self.queue.state().next(self.begin + Duration::from_millis(at_ms));
            if let Some((_, work)) = next {
                work(Fate::Run);
            }
            self.told.try_iter().map(|(number, _)| number).next()
        }
    }

    #[test]
    fn a_burst_waits_its_turn_and_a_queue_that_stands_refuses_the_oldest() {
        let bench = Bench::new(&Limits::default());
        (0..20).for_each(|number| assert!(bench.admitted(number, 1, 0)));
        assert_eq!(bench.refused(1_999), Vec::<u32>::new(), "a burst is worked off");
        assert!(bench.admitted(20, 1, 1_900) && bench.admitted(21, 1, 1_950));
        assert_eq!(
            bench.refused(2_020),
            (0..20).collect::<Vec<_>>(),
            "all that came at the beginning have waited too long"
        );
        assert_eq!([bench.serves(2_020), bench.serves(2_020), bench.serves(2_020)], [Some(20), Some(21), None]);
        (30..40).for_each(|number| assert!(bench.admitted(number, 1, 2_100)));
        assert_eq!(bench.refused(4_000), Vec::<u32>::new(), "the queue was empty a moment ago");
    }

    #[test]
    fn who_asks_for_slow_things_may_wait_longer_and_a_few_may_always_wait() {
        let bench = Bench::new(&Limits::default());
        bench.queue.state().takes = Duration::from_secs(2);
        (0..5).for_each(|number| assert!(bench.admitted(number, 1, 0)));
        assert_eq!(bench.refused(9_000), Vec::<u32>::new(), "five times two seconds have not passed");
        assert_eq!(bench.refused(11_000), [0, 1, 2], "two threads have two to go on with");
    }

    #[test]
    fn the_queue_is_bounded_in_number_and_in_pixels_but_never_shut() {
        let bench = Bench::new(&Limits { waiting_tasks_max: 3, waiting_pixels_max: 100, ..Limits::default() });
        assert!(bench.admitted(0, 1_000, 0), "the first may be of any size");
        assert!(!bench.admitted(1, 1, 0), "there is no room beside it");
        assert_eq!(bench.serves(0), Some(0));
        assert!(bench.admitted(2, 60, 0) && !bench.admitted(3, 60, 0) && bench.admitted(4, 40, 0));
        assert!(!bench.admitted(5, 0, 0), "one runs and two wait");
    }

    #[test]
    fn quick_jobs_go_first_and_those_whose_client_has_gone_leave_room() {
        let bench = Bench::new(&Limits { waiting_tasks_max: 2, ..Limits::default() });
        let (first, quick) = (bench.job(0, Size::Usual { pixels: 5 }, 0), bench.job(1, Size::Quick, 0));
        assert!(bench.queue.push(&first).is_ok() && bench.queue.push(&quick).is_ok());
        assert!(bench.queue.push(&bench.job(2, Size::Quick, 0)).is_err());
        bench.queue.forget(&first);
        assert_eq!((bench.queue.pending(), bench.queue.state().pixels), (1, 0));
        assert!(bench.queue.push(&bench.job(3, Size::Usual { pixels: 5 }, 0)).is_ok());
        assert_eq!([bench.serves(0), bench.serves(0), bench.serves(0)], [Some(1), Some(3), None]);
    }

    #[test]
    fn a_turn_that_comes_while_all_threads_have_a_job_is_made_up_for() {
        let bench = Bench::new(&Limits::default());
        (0..3).for_each(|number| assert!(bench.admitted(number, 1, 0)));
        assert_eq!([bench.serves(0), bench.serves(0)], [Some(0), Some(1)]);
        assert!(!bench.queue.serve_one() && bench.told.try_iter().next().is_none(), "both threads have a job");
        let any = bench.job(9, Size::Usual { pixels: 1 }, 0);
        assert!(bench.queue.done(&any, Duration::ZERO) && !bench.queue.done(&any, Duration::ZERO), "one turn is due");
        assert!(!bench.queue.serve_one());
        assert_eq!(bench.told.try_iter().next(), Some((2, Fate::Run)));
    }

    #[test]
    fn work_aside_waits_while_all_threads_are_needed_and_goes_on_when_one_is_free() {
        let bench = Bench::new(&Limits::default());
        let queue = Arc::new(bench.queue);
        queue.state().running = 2;
        let (told, goes_on) = mpsc::channel();
        let waiting = Arc::clone(&queue);
        let aside = std::thread::spawn(move || {
            waiting.wait_until_free(Duration::from_secs(600));
            told.send(()).expect("somebody listens");
        });
        assert!(goes_on.try_recv().is_err());
        queue.done(&Job::new(Size::Quick, Box::new(|_| {}), Instant::now()), Duration::ZERO);
        goes_on.recv().expect("it goes on");
        aside.join().expect("it ends");
    }
}
