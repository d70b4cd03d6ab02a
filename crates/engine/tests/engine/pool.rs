//! The pool: a bounded queue, tasks that panic, clients that go away.

use std::future::Future;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use terrane_engine::Pool;
use terrane_engine::pool::wait;
use terrane_model::limits::Limits;
use terrane_model::{Error, Kind, Result};

fn pool_for(waiting_tasks_max: usize) -> Pool {
    Pool::new(&Limits { waiting_tasks_max, ..Limits::default() }).expect("a pool")
}

/// Begins a future without waiting for it.
fn begin<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn more_questions_than_may_wait_are_answered_busy_and_later_ones_are_served_again() {
    let pool = pool_for(2);
    let (release, held) = mpsc::channel::<()>();
    let (second_release, second_held) = mpsc::channel::<()>();
    let mut first = pin!(pool.run(move |_| held.recv().map_err(Error::internal)));
    let mut second = pin!(pool.run(move |_| second_held.recv().map_err(Error::internal)));
    assert!(begin(first.as_mut()).is_pending());
    assert!(begin(second.as_mut()).is_pending());
    let third: Result<()> = wait(pool.run(|_| Ok(())));
    assert_eq!(third.err().map(|error| error.kind()), Some(Kind::Busy));
    release.send(()).expect("the task waits");
    wait(first).expect("done");
    // A place is free a moment after its answer.
    while pool.pending() >= 2 {
        std::thread::yield_now();
    }
    wait(pool.run(|_| Ok(()))).expect("there is room again");
    second_release.send(()).expect("the task waits");
    wait(second).expect("done");
}

#[test]
fn a_task_that_panics_is_an_internal_error_and_the_pool_lives_on() {
    let pool = pool_for(4);
    for _ in 0..20 {
        let outcome: Result<()> = wait(pool.run(|_| panic!("on purpose")));
        let error = outcome.expect_err("it panicked");
        assert_eq!(error.kind(), Kind::Internal);
        assert!(!error.say().contains("on purpose"), "the person does not read what panicked");
    }
    assert_eq!(wait(pool.run(|_| Ok(7))).expect("the pool lives"), 7);
}

#[test]
fn a_task_whose_client_has_gone_is_told_to_stop() {
    let pool = pool_for(4);
    let (started, has_started) = mpsc::channel::<()>();
    let (ended, how_it_ended) = mpsc::channel::<Kind>();
    {
        let mut question = pin!(pool.run(move |cancel| -> Result<()> {
            started.send(()).map_err(Error::internal)?;
            loop {
                if let Err(error) = cancel.check() {
                    ended.send(error.kind()).map_err(Error::internal)?;
                    return Err(error);
                }
                std::thread::yield_now();
            }
        }));
        assert!(begin(question.as_mut()).is_pending());
        has_started.recv().expect("the task began");
    }
    assert_eq!(how_it_ended.recv().expect("the task ended"), Kind::Busy);
}

#[test]
fn a_task_whose_client_went_before_it_began_is_never_done() {
    let pool = pool_for(1_000);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (releases, mut blockers): (Vec<_>, Vec<_>) = (0..threads)
        .map(|_| {
            let (release, held) = mpsc::channel::<()>();
            (release, Box::pin(pool.run(move |_| held.recv().map_err(Error::internal))))
        })
        .unzip();
    blockers.iter_mut().for_each(|blocker| assert!(begin(blocker.as_mut()).is_pending()));
    let (done, was_done) = mpsc::channel::<()>();
    {
        let mut gone = pin!(pool.run(move |_| done.send(()).map_err(Error::internal)));
        assert!(begin(gone.as_mut()).is_pending());
    }
    releases.iter().for_each(|release| release.send(()).expect("the task waits"));
    blockers.into_iter().for_each(|blocker| wait(blocker).expect("done"));
    wait(pool.run(|_| Ok(()))).expect("the queue moves on");
    assert!(was_done.recv().is_err(), "the task is dropped without having been done");
}

#[test]
fn work_that_nobody_waits_for_is_done_beside_questions_and_ends_when_it_is_given_up() {
    let pool = pool_for(100);
    assert_eq!(wait(pool.run_aside(|_| Ok(7))).expect("done"), 7);
    let (started, has_started) = mpsc::channel::<()>();
    let (ended, how_it_ended) = mpsc::channel::<Kind>();
    {
        let mut aside = pin!(pool.run_aside(move |cancel| -> Result<()> {
            started.send(()).map_err(Error::internal)?;
            loop {
                if let Err(error) = cancel.check() {
                    ended.send(error.kind()).map_err(Error::internal)?;
                    return Err(error);
                }
            }
        }));
        assert!(begin(aside.as_mut()).is_pending());
        has_started.recv().expect("it began");
        wait(pool.run(|_| Ok(()))).expect("a question is answered meanwhile");
    }
    assert_eq!(how_it_ended.recv().expect("it ended"), Kind::Busy);
}
