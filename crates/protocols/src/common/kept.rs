//! Answers that are kept whole for all who ask the same: pages that are made of many tables, and that thousands ask for at once when
//! something has happened.

use super::reply::Reply;
use std::sync::Arc;
use terrane_model::Result;
use terrane_model::limits::{KEPT_REPLIES_MAX, KEPT_REPLY_BYTES_MAX};
use tokio::sync::OnceCell;

type Seat = Arc<OnceCell<Reply>>;

/// Replies by the name of everything that they depend on, so that nothing needs to be thrown away when data changes: what is not
/// asked for any more goes by itself.
pub struct Kept(moka::sync::Cache<String, Seat>);

impl Default for Kept {
    fn default() -> Self {
        Self(moka::sync::Cache::new(KEPT_REPLIES_MAX))
    }
}

impl Kept {
    /// The reply as it is kept, else as `make` makes it: once, however many ask at the same time. Errors, answers that are none of
    /// 200 and long ones are not kept.
    pub async fn reply<F>(&self, name: &str, make: impl FnOnce() -> F) -> Result<Reply>
    where
        F: Future<Output = Result<Reply>>,
    {
        let seat = self.0.get_with_by_ref(name, Seat::default);
        let made = seat.get_or_try_init(make).await.cloned();
        if !made.as_ref().is_ok_and(|reply| reply.status == 200 && reply.body.len() <= KEPT_REPLY_BYTES_MAX) {
            self.0.invalidate(name);
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use terrane_model::Error;

    #[tokio::test]
    async fn many_who_ask_at_once_get_what_was_made_once() {
        let (kept, made) = (Kept::default(), AtomicUsize::new(0));
        let make = || async {
            made.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok(Reply::ok("text/plain", "an event"))
        };
        let asked: Vec<_> = (0..100).map(|_| kept.reply("M 9.1", make)).collect();
        for reply in futures_util::future::join_all(asked).await {
            assert_eq!(reply.expect("made").body, "an event");
        }
        assert_eq!(made.load(Ordering::SeqCst), 1);
        kept.reply("M 7.3", make).await.expect("made");
        assert_eq!(made.load(Ordering::SeqCst), 2, "another name, another answer");
    }

    #[tokio::test]
    async fn neither_errors_nor_long_answers_are_kept() {
        let kept = Kept::default();
        assert!(kept.reply("a", || async { Err(Error::not_found("There is no such event.")) }).await.is_err());
        let long = || async { Ok(Reply::ok("text/plain", vec![b' '; KEPT_REPLY_BYTES_MAX + 1])) };
        assert_eq!(kept.reply("a", long).await.expect("made").body.len(), KEPT_REPLY_BYTES_MAX + 1);
        let short = || async { Ok(Reply::ok("text/plain", "short")) };
        assert_eq!(kept.reply("a", short).await.expect("made").body, "short");
        assert_eq!(kept.reply("a", long).await.expect("kept").body, "short");
    }
}
