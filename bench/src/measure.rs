//! Asking the questions of a job over a few kept connections, and what came of it.

use crate::Result;
use crate::processes::Server;
use crate::questions::Job;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long one answer may take.
const ANSWER_SECONDS_MAX: u64 = 60;

/// What was measured of a job.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) requests: usize,
    /// Answers that were not 200.
    pub(crate) bad: usize,
    pub(crate) cpu_ms: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) per_second: f64,
    pub(crate) kilobytes: f64,
    /// Whether questions were asked more than once, so that caches may have answered.
    pub(crate) repeated: bool,
}

/// Asks the questions of a job in turn for some seconds.
pub(crate) fn measure(server: &Server, job: &Job, seconds: f64, connections: usize) -> Result<Figure> {
    let next = AtomicUsize::new(0);
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    // The first answer opens files; it is not counted.
    Connection::open(&server.address)?.get(&question(server, job, 0), job.accept)?;
    let (cpu_s, began) = (server.cpu_s(), Instant::now());
    let answers: Vec<Result<Vec<Asked>>> = std::thread::scope(|scope| {
        let ask = || scope.spawn(|| ask_until(server, job, &next, end));
        let threads: Vec<_> = (0..connections.max(1)).map(|_| ask()).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("A thread failed.".to_owned()))).collect()
    });
    let (cpu_s, elapsed_s) = (server.cpu_s() - cpu_s, began.elapsed().as_secs_f64());
    let mut asked: Vec<Asked> = answers.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    asked.sort_by(|a, b| a.ms.total_cmp(&b.ms));
    let count = asked.len().max(1) as f64;
    let quantile = |share: f64| {
        asked.get(((asked.len() as f64 * share) as usize).min(asked.len().saturating_sub(1))).map_or(0.0, |one| one.ms)
    };
    Ok(Figure {
        name: job.name.clone(),
        requests: asked.len(),
        bad: asked.iter().filter(|one| one.status != 200).count(),
        cpu_ms: cpu_s * 1000.0 / count,
        p50_ms: quantile(0.5),
        p99_ms: quantile(0.99),
        per_second: count / elapsed_s,
        kilobytes: asked.iter().map(|one| one.bytes as f64).sum::<f64>() / count / 1000.0,
        repeated: asked.len() > job.paths.len(),
    })
}

fn question(server: &Server, job: &Job, at: usize) -> String {
    format!("{}{}", server.prefix, job.paths[at % job.paths.len()])
}

struct Asked {
    status: u16,
    bytes: usize,
    ms: f64,
}

fn ask_until(server: &Server, job: &Job, next: &AtomicUsize, end: Instant) -> Result<Vec<Asked>> {
    let mut connection = Connection::open(&server.address)?;
    let mut asked = Vec::new();
    while asked.is_empty() || Instant::now() < end {
        let path = question(server, job, next.fetch_add(1, Ordering::Relaxed));
        let began = Instant::now();
        let answer = connection.get(&path, job.accept)?;
        asked.push(Asked {
            status: answer.status,
            bytes: answer.body.len(),
            ms: began.elapsed().as_secs_f64() * 1000.0,
        });
        if answer.closes {
            connection = Connection::open(&server.address)?;
        }
    }
    Ok(asked)
}

/// A kept HTTP/1.1 connection, as plain as can be so that the client costs little.
pub(crate) struct Connection {
    reader: BufReader<TcpStream>,
    host: String,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    closes: bool,
}

impl Connection {
    /// Connects to a host and port.
    pub(crate) fn open(address: &str) -> Result<Self> {
        let say = |error: std::io::Error| format!("{address} does not answer: {error}");
        let stream = TcpStream::connect(address).map_err(say)?;
        stream.set_nodelay(true).map_err(say)?;
        stream.set_read_timeout(Some(Duration::from_secs(ANSWER_SECONDS_MAX))).map_err(say)?;
        Ok(Self { reader: BufReader::with_capacity(1 << 16, stream), host: address.to_owned() })
    }

    /// Asks for a path.
    pub(crate) fn get(&mut self, path: &str, accept: &str) -> Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: {accept}\r\n\r\n", self.host);
        let say = |error: std::io::Error| format!("{path}: {error}");
        self.reader.get_mut().write_all(request.as_bytes()).map_err(say)?;
        self.answer().map_err(say)
    }

    fn answer(&mut self) -> std::io::Result<Answer> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        let (mut length, mut chunked, mut closes) = (0, false, false);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap_or(0),
                "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
                "connection" => closes = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        let body = if chunked { self.chunks()? } else { self.bytes(length)? };
        Ok(Answer { status, body, closes })
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    fn bytes(&mut self, length: usize) -> std::io::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        Ok(body)
    }

    fn chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16).unwrap_or(0);
            body.append(&mut self.bytes(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}
