//! Figures as lines for people and JSON for programs.

use crate::measure::Figure;
use crate::processes::Server;
use serde_json::{Value, json};

/// One line of the table, each figure with its unit.
pub(crate) fn line(figure: &Figure) -> String {
    let mut remarks = String::new();
    if figure.bad > 0 {
        remarks.push_str(&format!("  {} BAD", figure.bad));
    }
    if figure.repeated {
        remarks.push_str("  list repeated");
    }
    format!(
        "{:44} {:>8.2} ms CPU  {:>8.1} ms p50  {:>8.1} ms p99  {:>8.0} /s  {:>8.1} kB{remarks}",
        figure.name, figure.cpu_ms, figure.p50_ms, figure.p99_ms, figure.per_second, figure.kilobytes
    )
}

/// Memory at the end and time to the first answer.
pub(crate) fn memory(server: &Server) -> String {
    let start = server.start_ms.map_or_else(String::new, |ms| format!(", first answer after {ms:.0} ms"));
    format!("memory {:.0} MB{start}", server.memory_mb())
}

/// Everything, for comparison with another day.
pub(crate) fn json(figures: &[Figure], server: &Server) -> Value {
    let job = |figure: &Figure| {
        json!({
            "job": figure.name, "requests": figure.requests, "bad": figure.bad, "cpu_ms": figure.cpu_ms, "p50_ms": figure.p50_ms,
            "p99_ms": figure.p99_ms, "per_second": figure.per_second, "kilobytes": figure.kilobytes, "repeated": figure.repeated,
        })
    };
    json!({
        "jobs": figures.iter().map(job).collect::<Vec<_>>(),
        "memory_mb": server.memory_mb(),
        "start_ms": server.start_ms,
    })
}
