//! A TCP proxy between a node and the database that can be cut, stalled and delayed.

use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

/// The state of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Every byte is passed on immediately.
    Open,
    /// It closes every connection.
    Cut,
    /// It keeps all bytes until the state changes, as a network that loses packets does.
    Stalled,
    /// It passes on what the database sends this much later.
    Delayed(Duration),
}

/// A running proxy. Dropping it closes its connections.
pub struct Link {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    database: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    link: LinkState,
    /// Both ends of the open connections.
    connections: HashMap<u64, [TcpStream; 2]>,
    next: u64,
    closed: bool,
}

/// A direction of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToDatabase,
    ToNode,
}

impl Link {
    /// Starts a proxy to the database.
    pub fn to(database: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            database,
            state: Mutex::new(State {
                link: LinkState::Open,
                connections: HashMap::new(),
                next: 0,
                closed: false,
            }),
            changed: Condvar::new(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&accepting, &listener));
        Ok(Self { address, shared })
    }

    /// Returns where the proxy listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what the proxy does.
    pub fn set(&self, link: LinkState) {
        let mut state = self.shared.lock();
        state.link = link;
        if link == LinkState::Cut {
            state.close_all();
        }
        drop(state);
        self.shared.changed.notify_all();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        state.link = LinkState::Cut;
        state.close_all();
        drop(state);
        self.shared.changed.notify_all();
        // Wakes the thread that accepts connections. Without it there is nothing to wake.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn close_all(&mut self) {
        for stream in self.connections.drain().flat_map(|(_, ends)| ends) {
            // The peer may have closed it already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until bytes that arrived at this instant may be passed on. Returns `false` if the connection is closed instead.
    fn wait(&self, connection: u64, direction: Direction, arrived: Instant) -> bool {
        let mut state = self.lock();
        loop {
            if !state.connections.contains_key(&connection) {
                return false;
            }
            let rest = match state.link {
                LinkState::Delayed(delay) if direction == Direction::ToNode => {
                    delay.saturating_sub(arrived.elapsed())
                }
                LinkState::Stalled => Duration::MAX,
                _ => Duration::ZERO,
            };
            if rest.is_zero() {
                return true;
            }
            // `Duration::MAX` is more than the clock can add.
            let rest = rest.min(Duration::from_hours(1));
            let waited = self.changed.wait_timeout(state, rest);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn accept(shared: &Arc<Shared>, listener: &TcpListener) {
    for node in listener.incoming() {
        let Ok(node) = node else { continue };
        if shared.lock().closed {
            return;
        }
        // A connection that cannot be made is closed, as a database that is down does.
        let _ = connect(shared, node);
    }
}

fn connect(shared: &Arc<Shared>, node: TcpStream) -> std::io::Result<()> {
    let database = TcpStream::connect(shared.database)?;
    for stream in [&node, &database] {
        stream.set_nodelay(true)?;
    }
    let ends = [node.try_clone()?, database.try_clone()?];
    let mut state = shared.lock();
    if state.link == LinkState::Cut {
        return Ok(());
    }
    let connection = state.next;
    state.next += 1;
    state.connections.insert(connection, ends);
    drop(state);
    let (to_node, from_database) = (node.try_clone()?, database.try_clone()?);
    for (from, to, direction) in [
        (node, database, Direction::ToDatabase),
        (from_database, to_node, Direction::ToNode),
    ] {
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            pass(&shared, connection, direction, from, to);
            if let Some(ends) = shared.lock().connections.remove(&connection) {
                for stream in ends {
                    // The peer may have closed it already.
                    let _ = stream.shutdown(Shutdown::Both);
                }
            }
        });
    }
    Ok(())
}

/// Passes on the bytes of one direction, until either end closes.
fn pass(
    shared: &Shared,
    connection: u64,
    direction: Direction,
    mut from: TcpStream,
    mut to: TcpStream,
) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if !shared.wait(connection, direction, Instant::now())
            || to.write_all(&bytes[..read]).is_err()
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a proxy to a server that answers each byte with the same byte.
    fn echo() -> Link {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let mut byte = [0];
                while stream.read_exact(&mut byte).is_ok() && stream.write_all(&byte).is_ok() {}
            }
        });
        Link::to(address).expect("a proxy")
    }

    fn connect(link: &Link) -> TcpStream {
        let stream = TcpStream::connect(link.address()).expect("a connection");
        let timeout = Some(Duration::from_millis(100));
        stream.set_read_timeout(timeout).expect("possible");
        stream
    }

    fn is_answered(stream: &mut TcpStream) -> bool {
        let mut byte = [0];
        stream.write_all(&[7]).is_ok() && stream.read_exact(&mut byte).is_ok()
    }

    #[test]
    fn a_stalled_byte_arrives_when_the_link_is_open_again() {
        let link = echo();
        let mut stream = connect(&link);
        assert!(is_answered(&mut stream));
        link.set(LinkState::Stalled);
        assert!(!is_answered(&mut stream));
        link.set(LinkState::Open);
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the stalled byte");
        assert!(is_answered(&mut stream));
    }

    #[test]
    fn an_answer_is_delayed() {
        let link = echo();
        let mut stream = connect(&link);
        let delay = Duration::from_millis(60);
        link.set(LinkState::Delayed(delay));
        let sent = Instant::now();
        assert!(is_answered(&mut stream) && sent.elapsed() >= delay);
    }

    #[test]
    fn a_cut_link_closes_its_connections_and_accepts_none() {
        let link = echo();
        let mut stream = connect(&link);
        assert!(is_answered(&mut stream));
        link.set(LinkState::Cut);
        assert_eq!(stream.read(&mut [0]).ok(), Some(0));
        assert!(!is_answered(&mut connect(&link)));
        link.set(LinkState::Open);
        // The server of this test serves one connection after the other.
        assert!(is_answered(&mut connect(&link)));
    }
}
