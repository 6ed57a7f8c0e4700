//! Calls a gate for a benchmark. It polls its persistent connections in turn without sleeping, so it needs a processor of its
//! own and adds nothing to what it measures. Prints one line: the number of calls, responses by status, and latencies in
//! microseconds.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

const USAGE: &str =
    "usage: load ADDRESS PAIRS_FILE valid|varied|wrong|guesses|unknown SECONDS [CALLS_A_SECOND]";
const CONNECTIONS: usize = 32;
/// Addresses from which calls with a right secret seem to come.
const CLIENTS: u64 = 16;
/// User agents and routes of [`Kind::Varied`].
const USER_AGENTS: u64 = 500;
const ROUTES: u64 = 3_000;
/// Characters of an id and of a secret.
const ID: usize = 20;
const SECRET: usize = 53;

/// What is presented.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Valid,
    /// Valid, each call from an address of its own, with one of many user agents and routes.
    Varied,
    /// The secret of another key, from addresses that never come back.
    Wrong,
    /// The secret of another key for the first one, likewise.
    Guesses,
    /// A key that does not exist, likewise.
    Unknown,
}

/// A connection, and the call on it.
struct Line {
    stream: TcpStream,
    /// When its call was due.
    since: Option<Instant>,
    answer: Vec<u8>,
}

/// Pseudo-random numbers (xorshift64*): which key is called matters, not how well it is drawn.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, pairs, kind, seconds, rest @ ..] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let kind = match kind.as_str() {
        "valid" => Kind::Valid,
        "varied" => Kind::Varied,
        "wrong" => Kind::Wrong,
        "guesses" => Kind::Guesses,
        "unknown" => Kind::Unknown,
        _ => return Err(USAGE.into()),
    };
    let pairs = std::fs::read(pairs)?;
    let pairs: Vec<&[u8]> = pairs
        .split(|byte| *byte == b'\n')
        .filter(|line| line.len() == ID + 1 + SECRET)
        .collect();
    let every = rest
        .first()
        .map(|rate| rate.parse::<u32>())
        .transpose()?
        .map(|rate| Duration::from_secs(1) / rate);
    let lasts = Duration::from_secs(seconds.parse()?);

    let mut lines = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        lines.push(Line {
            stream,
            since: None,
            answer: Vec::new(),
        });
    }
    let (mut statuses, mut latencies) = (BTreeMap::<u16, u64>::new(), Vec::new());
    let (mut dice, mut request) = (Dice(0x9E37_79B9_7F4A_7C15), Vec::new());
    let began = Instant::now();
    let mut due = began;
    while began.elapsed() < lasts {
        for line in &mut lines {
            if let Some(since) = line.since
                && let Some(status) = line.read()?
            {
                *statuses.entry(status).or_default() += 1;
                latencies.push(since.elapsed());
                line.since = None;
            }
            let now = Instant::now();
            if line.since.is_none() && due <= now {
                write_request(&mut request, &pairs, kind, &mut dice);
                line.stream.write_all(&request)?;
                // In an open loop a late call counts from when it should have begun.
                line.since = Some(if every.is_some() { due } else { now });
                if let Some(every) = every {
                    due += every;
                }
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |per_mille: usize| {
        latencies
            .get(latencies.len() * per_mille / 1_000)
            .map_or(0.0, |found| found.as_secs_f64() * 1e6)
    };
    print!(
        "calls={} seconds={seconds:.3} p50={:.1} p99={:.1}",
        latencies.len(),
        at(500),
        at(990)
    );
    for (status, calls) in statuses {
        print!(" {status}={calls}");
    }
    println!();
    Ok(())
}

fn write_request(request: &mut Vec<u8>, pairs: &[&[u8]], kind: Kind, dice: &mut Dice) {
    let pick =
        |dice: &mut Dice, of: usize| usize::try_from(dice.roll()).unwrap_or_default() % of.max(1);
    let called = match kind {
        Kind::Guesses => 0,
        _ => pick(dice, pairs.len()),
    };
    let next = called + 1 + pick(dice, pairs.len() - 1);
    let (pair, other) = (pairs[called], pairs[next % pairs.len()]);
    request.clear();
    if kind == Kind::Varied {
        let (route, agent) = (dice.roll() % ROUTES, dice.roll() % USER_AGENTS);
        let _ = write!(
            request,
            "GET /v1/auth HTTP/1.1\r\nhost: gate\r\nx-forwarded-method: GET\r\n\
             x-forwarded-uri: /resources-{route}/list\r\nuser-agent: application-{agent}/1\r\nx-client-key: "
        );
    } else {
        request.extend_from_slice(
            b"GET /v1/auth HTTP/1.1\r\nhost: gate\r\nuser-agent: bench/1\r\nx-client-key: ",
        );
    }
    request.extend_from_slice(&pair[..ID]);
    if kind == Kind::Unknown {
        // Another id of the same shape.
        let end = request.len();
        let number = dice.roll() % 1_000_000_000;
        request.truncate(end - 9);
        let _ = write!(request, "{number:09}");
    }
    request.extend_from_slice(b"\r\nx-client-secret: ");
    let secret = match kind {
        Kind::Wrong | Kind::Guesses => other,
        _ => pair,
    };
    request.extend_from_slice(&secret[ID + 1..]);
    let client = if kind == Kind::Valid {
        dice.roll() % CLIENTS
    } else {
        dice.roll()
    };
    let [.., a, b, c] = client.to_be_bytes();
    let _ = write!(request, "\r\nx-forwarded-for: 10.{a}.{b}.{c}\r\n\r\n");
}

impl Line {
    /// The status, once the whole answer is here.
    fn read(&mut self) -> Result<Option<u16>, Box<dyn Error>> {
        let mut buffer = [0; 4_096];
        match self.stream.read(&mut buffer) {
            Ok(0) => return Err("the server closed a connection".into()),
            Ok(length) => self.answer.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let Some(head) = find(&self.answer, b"\r\n\r\n") else {
            return Ok(None);
        };
        let length = find(&self.answer[..head], b"content-length: ").map_or(0, |at| {
            self.answer[at + 16..head]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .fold(0, |sum, byte| sum * 10 + usize::from(byte - b'0'))
        });
        if self.answer.len() < head + 4 + length {
            return Ok(None);
        }
        let status = std::str::from_utf8(&self.answer[9..12])?.parse()?;
        self.answer.clear();
        Ok(Some(status))
    }
}

fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text)
}
