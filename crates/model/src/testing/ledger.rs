//! The suite of `Ledger`: versions, expectations, commits that are whole or not at all, and an audit of each.

use crate::error::Kind;
use crate::ledger::{Change, Commit, Expect, Ledger, Shelf};
use crate::time::Instant;

/// Checks everything that a `Ledger` promises, with records whose names begin with `suite-`. Panics with a sentence when
/// a promise is not kept.
pub fn check_ledger(ledger: &dyn Ledger) {
    check_versions(ledger);
    check_expectations(ledger);
    check_whole_commits(ledger);
    check_lists(ledger);
    check_audit(ledger);
    check_threads(ledger);
}

fn change(id: &str, expect: Expect, body: Option<&str>) -> Change {
    Change { shelf: Shelf::Setting, id: id.to_owned(), expect, body: body.map(str::to_owned) }
}

fn commit(changes: Vec<Change>) -> Commit {
    Commit {
        changes,
        who: "suite".to_owned(),
        why: "“checks” it\n'all'".to_owned(),
        at: Instant(1_700_000_000_123_456),
    }
}

fn write(ledger: &dyn Ledger, changes: Vec<Change>) -> u64 {
    ledger.commit(&commit(changes)).expect("the commit is made")
}

fn conflicts(ledger: &dyn Ledger, changes: Vec<Change>, what: &str) {
    let refused = ledger.commit(&commit(changes));
    assert_eq!(refused.err().map(|error| error.kind()), Some(Kind::Conflict), "{what}");
}

fn version(ledger: &dyn Ledger, id: &str) -> Option<u64> {
    ledger.read(Shelf::Setting, id).expect("the record is read").map(|record| record.version)
}

fn check_versions(ledger: &dyn Ledger) {
    let id = "suite-版-ก-'\"";
    assert_eq!(version(ledger, id), None, "what was not written is not there");
    for (body, expected) in [("", 1), ("{\"a\": \"日本\\u0000\"}", 2), ("third\n", 3)] {
        write(ledger, vec![change(id, Expect::Anything, Some(body))]);
        let record = ledger.read(Shelf::Setting, id).expect("the record is read").expect("it was written");
        assert_eq!((record.version, record.body.as_str()), (expected, body), "each change is one version more");
        assert_eq!(
            (record.shelf, record.id.as_str(), record.changed),
            (Shelf::Setting, id, Instant(1_700_000_000_123_456))
        );
    }
    assert_eq!(ledger.read(Shelf::Style, id).expect("read"), None, "each shelf has its own names");
    write(ledger, vec![change(id, Expect::Version(3), None)]);
    assert_eq!(version(ledger, id), None, "what was removed is not there");
    write(ledger, vec![change(id, Expect::Nothing, Some("again"))]);
    assert_eq!(version(ledger, id), Some(4), "what is written again after a removal goes on from its last version");
    write(ledger, vec![change(id, Expect::Anything, None), change("suite-absent", Expect::Anything, None)]);
    assert_eq!(version(ledger, id), None, "removing what is not there is no mistake");
}

fn check_expectations(ledger: &dyn Ledger) {
    let id = "suite-expect";
    conflicts(ledger, vec![change(id, Expect::Version(1), Some("x"))], "a version that is not there is a conflict");
    write(ledger, vec![change(id, Expect::Nothing, Some("x"))]);
    conflicts(
        ledger,
        vec![change(id, Expect::Nothing, Some("y"))],
        "a record that is there is a conflict with “nothing”",
    );
    conflicts(ledger, vec![change(id, Expect::Version(2), Some("y"))], "another version is a conflict");
    conflicts(ledger, vec![change(id, Expect::Version(2), None)], "another version is a conflict when removing, too");
    write(ledger, vec![change(id, Expect::Version(1), Some("y"))]);
    assert_eq!(version(ledger, id), Some(2), "the version that was expected is changed");
}

/// A commit of which one change fails leaves no trace.
fn check_whole_commits(ledger: &dyn Ledger) {
    let before = ledger.sequence().expect("the sequence is read");
    let (first, last) = ("suite-whole-1", "suite-whole-2");
    conflicts(
        ledger,
        vec![change(first, Expect::Nothing, Some("x")), change(last, Expect::Version(7), Some("x"))],
        "one conflict refuses the whole commit",
    );
    assert_eq!(version(ledger, first), None, "a commit that failed has changed nothing");
    assert_eq!(ledger.sequence().expect("read"), before, "a commit that failed has no number");
    let number =
        write(ledger, vec![change(first, Expect::Nothing, Some("x")), change(last, Expect::Nothing, Some("x"))]);
    assert_eq!(number, before + 1, "commits are numbered without gaps");
    assert_eq!(ledger.sequence().expect("read"), number, "the sequence is the number of the last commit");
    assert_eq!((version(ledger, first), version(ledger, last)), (Some(1), Some(1)), "all changes are made");
}

fn check_lists(ledger: &dyn Ledger) {
    let ids = ["suite-list-b", "suite-list-B", "suite-list-a", "suite-list-10", "suite-list-9", "suite-list-あ"];
    write(ledger, ids.iter().map(|id| change(id, Expect::Nothing, Some(id))).collect());
    let listed = ledger.list(Shelf::Setting).expect("the shelf is read");
    let found: Vec<&str> =
        listed.iter().map(|record| record.id.as_str()).filter(|id| id.starts_with("suite-list-")).collect();
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    assert_eq!(found, sorted, "a shelf is listed by id, in the order of code points");
    assert!(listed.iter().all(|record| record.shelf == Shelf::Setting), "a list is of one shelf");
    assert!(listed.iter().filter(|record| record.id.starts_with("suite-list-")).all(|record| record.body == record.id));
}

fn check_audit(ledger: &dyn Ledger) {
    let before = ledger.sequence().expect("read");
    let id = "suite-audit";
    write(ledger, vec![change(id, Expect::Nothing, Some("x")), change("suite-audit-2", Expect::Nothing, Some("x"))]);
    write(ledger, vec![change(id, Expect::Version(1), Some("y"))]);
    write(ledger, vec![change(id, Expect::Version(2), None)]);
    let lines = ledger.audit(before, 10).expect("the audit is read");
    let numbers: Vec<u64> = lines.iter().map(|line| line.sequence).collect();
    assert_eq!(numbers, [before + 1, before + 2, before + 3], "the audit has a line for each commit, oldest first");
    let (shelf, other) = (Shelf::Setting, "suite-audit-2".to_owned());
    assert_eq!(lines[0].changed, [(shelf, id.to_owned(), 1), (shelf, other, 1)], "the audit tells what changed");
    assert_eq!(lines[1].changed, [(shelf, id.to_owned(), 2)]);
    assert_eq!(lines[2].changed, [(shelf, id.to_owned(), 0)], "a removal is version 0");
    let expected = commit(Vec::new());
    assert!(lines.iter().all(|line| line.who == expected.who && line.why == expected.why && line.at == expected.at));
    assert_eq!(ledger.audit(before, 2).expect("read").len(), 2, "the audit has no more lines than asked");
    assert_eq!(ledger.audit(before + 3, 10).expect("read"), [], "nothing was done after the last commit");
}

/// Two threads that each add one to a number, many times: no change is lost, and each commit has its own number.
fn check_threads(ledger: &dyn Ledger) {
    const TIMES: u64 = 25;
    let id = "suite-threads";
    write(ledger, vec![change(id, Expect::Nothing, Some("0"))]);
    let add = || {
        let mut numbers = Vec::new();
        while (numbers.len() as u64) < TIMES {
            let record = ledger.read(Shelf::Setting, id).expect("read").expect("it is there");
            let next = record.body.parse::<u64>().expect("a number was written") + 1;
            let change = change(id, Expect::Version(record.version), Some(&next.to_string()));
            match ledger.commit(&commit(vec![change])) {
                Ok(number) => numbers.push(number),
                Err(error) => assert!(matches!(error.kind(), Kind::Conflict | Kind::Busy), "only a conflict: {error}"),
            }
        }
        numbers
    };
    let mut numbers: Vec<u64> = std::thread::scope(|scope| {
        let threads = [scope.spawn(add), scope.spawn(add)];
        threads.into_iter().flat_map(|thread| thread.join().expect("the thread does not panic")).collect()
    });
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len() as u64, TIMES * 2, "each commit has its own number");
    let record = ledger.read(Shelf::Setting, id).expect("read").expect("it is there");
    assert_eq!((record.body, record.version), ((TIMES * 2).to_string(), TIMES * 2 + 1), "no change is lost");
}
