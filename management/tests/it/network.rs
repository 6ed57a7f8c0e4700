//! A network between the keyring and PostgreSQL that can be cut.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};
use testing::TestDatabase;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
};

/// What happens to the next commit, or to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// Nothing.
    None,
    /// The commit reaches the server, and its answer is lost with the connection.
    LoseAnswer,
    /// The commit is lost with the connection.
    LoseCommit,
    /// As `LoseAnswer`, and no connection is made from then on.
    LoseAnswerAndServer,
    /// Nothing that is sent arrives, and nothing is said about it.
    BlackHole,
}

/// The way to one server.
#[derive(Clone)]
pub struct Network {
    fault: Arc<AtomicU8>,
    /// The database's URL by way of this network.
    pub url: String,
}

impl Network {
    /// The way to the server of a database; `None` if the database is not a server.
    pub async fn to(database: &TestDatabase) -> Option<Self> {
        let (base, folder) = database.url.split_once("?host=")?;
        let name = base.rsplit_once('/')?.1;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let network = Self {
            fault: Arc::default(),
            url: format!("postgres://postgres@{address}/{name}"),
        };
        let socket = format!("{folder}/.s.PGSQL.5432");
        let way = network.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (way, socket) = (way.clone(), socket.clone());
                tokio::spawn(async move { Box::pin(way.carry(client, &socket)).await });
            }
        });
        Some(network)
    }

    /// Sets what goes wrong from now on.
    pub fn set(&self, fault: Fault) {
        self.fault.store(fault as u8, Ordering::SeqCst);
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault.load(Ordering::SeqCst) == fault as u8
    }

    async fn carry(&self, mut client: TcpStream, socket: &str) -> Option<()> {
        if self.is(Fault::LoseAnswerAndServer) {
            return None;
        }
        let mut server = UnixStream::connect(socket).await.ok()?;
        let (mut sent, mut answered) = ([0; 16_384], [0; 16_384]);
        loop {
            tokio::select! {
                count = client.read(&mut sent) => {
                    let bytes = &sent[..count.ok().filter(|count| *count > 0)?];
                    if self.is(Fault::BlackHole) {
                        continue;
                    }
                    if bytes.windows(6).any(|window| window == b"COMMIT") {
                        if self.is(Fault::LoseCommit) {
                            self.set(Fault::None);
                            return None;
                        }
                        if self.is(Fault::LoseAnswer) || self.is(Fault::LoseAnswerAndServer) {
                            server.write_all(bytes).await.ok()?;
                            // However much of the answer comes: the commit is done.
                            let _ = server.read(&mut answered).await.ok()?;
                            if self.is(Fault::LoseAnswer) {
                                self.set(Fault::None);
                            }
                            return None;
                        }
                    }
                    server.write_all(bytes).await.ok()?;
                }
                count = server.read(&mut answered) => {
                    let bytes = &answered[..count.ok().filter(|count| *count > 0)?];
                    if !self.is(Fault::BlackHole) {
                        client.write_all(bytes).await.ok()?;
                    }
                }
            }
        }
    }
}
