//! Checks for people who come to the node: one at a time for each, so many in an hour, the last reports kept for a while.

use super::ask::Target;
use super::report::Report;
use super::survey;
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use terrane_model::limits::{CHECK_REPORT_SECONDS, CHECK_REPORTS_KEPT, CHECKS_AT_ONCE_MAX, CLIENTS_COUNTED_MAX};
use terrane_model::outgoing::Outgoing;
use terrane_model::{Error, Result};
use tokio::sync::Semaphore;

/// Checks services for those who ask this node to.
#[derive(Debug)]
pub struct Checker {
    outgoing: Arc<dyn Outgoing>,
    per_hour: AtomicU64,
    clients: moka::sync::Cache<IpAddr, Arc<Client>>,
    reports: moka::sync::Cache<String, Arc<Report>>,
    places: Semaphore,
}

/// What one client has had checked.
#[derive(Debug)]
struct Client {
    running: Semaphore,
    begun: Mutex<VecDeque<Instant>>,
}

impl Default for Client {
    fn default() -> Self {
        Self { running: Semaphore::new(1), begun: Mutex::default() }
    }
}

const HOUR: Duration = Duration::from_secs(3_600);

impl Checker {
    /// Asks through `outgoing`, so many services for one client in an hour.
    pub fn new(outgoing: Arc<dyn Outgoing>, per_hour: u64) -> Self {
        Self {
            outgoing,
            per_hour: AtomicU64::new(per_hour),
            clients: moka::sync::Cache::builder().max_capacity(CLIENTS_COUNTED_MAX).time_to_idle(HOUR).build(),
            reports: moka::sync::Cache::builder()
                .max_capacity(CHECK_REPORTS_KEPT)
                .time_to_live(Duration::from_secs(CHECK_REPORT_SECONDS))
                .build(),
            places: Semaphore::new(CHECKS_AT_ONCE_MAX),
        }
    }

    /// So many in an hour from now on; none closes the page.
    pub fn settle(&self, per_hour: u64) {
        self.per_hour.store(per_hour, Ordering::SeqCst);
    }

    /// Whether anybody may have anything checked.
    pub fn is_open(&self) -> bool {
        self.per_hour.load(Ordering::SeqCst) > 0
    }

    /// The report on a service: the one that was made a short while ago, else a new one. `page` is this node's address.
    pub async fn check(&self, client: Option<IpAddr>, target: &Target, page: &str) -> Result<Arc<Report>> {
        let name = format!("{} {:?} {}", target.base, target.features, target.is_wfs);
        if let Some(report) = self.reports.get(&name) {
            return Ok(report);
        }
        // People whom nobody can tell apart are one client.
        let client = self.clients.get_with(client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), Arc::default);
        let _running = client.running.try_acquire().map_err(|_| {
            Error::busy("A check that you began is still running; wait for it to end, which takes less than a minute.")
        })?;
        let _place = self
            .places
            .try_acquire()
            .map_err(|_| Error::busy("Others are having services checked just now; try again in a minute."))?;
        client.begin(self.per_hour.load(Ordering::SeqCst), Instant::now())?;
        let report = Arc::new(survey::check(&*self.outgoing, target, page).await);
        self.reports.insert(name, Arc::clone(&report));
        Ok(report)
    }
}

impl Client {
    /// Counts one more check, or says how long to wait.
    fn begin(&self, per_hour: u64, now: Instant) -> Result<()> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.retain(|at| now.saturating_duration_since(*at) < HOUR);
        if (begun.len() as u64) < per_hour {
            begun.push_back(now);
            return Ok(());
        }
        let wait = begun.front().map_or(HOUR, |first| HOUR.saturating_sub(now.saturating_duration_since(*first)));
        Err(Error::busy(format!(
            "You have had {per_hour} services checked within an hour, which is all that one may; come back in {} minutes.",
            wait.as_secs() / 60 + 1
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::BoxFuture;
    use terrane_model::outgoing::{Fetch, Fetched};

    /// Answers nothing until it is told to.
    #[derive(Debug)]
    struct Silent(Semaphore);

    impl Outgoing for Silent {
        fn fetch(&self, _: Fetch) -> BoxFuture<'_, Result<Fetched>> {
            Box::pin(async move {
                drop(self.0.acquire().await);
                Err(Error::busy("nobody is there"))
            })
        }
    }

    fn target(path: &str) -> Target {
        Target::parse(&format!("https://maps.test/{path}"), None).expect("an address")
    }

    fn ip(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[tokio::test]
    async fn a_client_has_one_check_at_a_time_and_so_many_in_an_hour() {
        let silent = Arc::new(Silent(Semaphore::new(0)));
        let checker = Arc::new(Checker::new(Arc::clone(&silent) as Arc<dyn Outgoing>, 2));
        let first = tokio::spawn({
            let checker = Arc::clone(&checker);
            async move { checker.check(ip(1), &target("a"), "").await.map(|report| report.stars) }
        });
        while checker.places.available_permits() == CHECKS_AT_ONCE_MAX {
            tokio::task::yield_now().await;
        }
        assert!(checker.check(ip(1), &target("b"), "").await.is_err_and(|error| error.say().contains("still running")));
        silent.0.add_permits(1_000);
        assert_eq!(first.await.expect("it ended").ok(), Some(0));
        assert!(checker.check(ip(1), &target("b"), "").await.is_ok(), "the one that was refused did not count");
        assert!(checker.check(ip(1), &target("c"), "").await.is_err_and(|error| error.say().contains("60 minutes")));
        assert!(checker.check(ip(1), &target("a"), "").await.is_ok(), "a report that is there costs nothing");
        assert!(checker.check(ip(2), &target("c"), "").await.is_ok());
        checker.settle(0);
        assert!(!checker.is_open() && checker.check(ip(3), &target("d"), "").await.is_err());
    }
}
