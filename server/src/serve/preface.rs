//! Waits until it is clear whether a connection speaks HTTP/1 or HTTP/2: hyper-util does so without a time-out.

use std::{io, time::Duration};
use tokio::{net::TcpStream, time::sleep};

/// RFC 9113, 3.4.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Returns once the first bytes tell the protocols apart; takes nothing from the stream.
pub async fn arrived(stream: &TcpStream) -> io::Result<()> {
    let mut bytes = [0; PREFACE.len()];
    loop {
        let count = stream.peek(&mut bytes).await?;
        match bytes.get(..count) {
            None | Some([]) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some(begun) if count < PREFACE.len() && PREFACE.starts_with(begun) => {
                // The stream stays readable, so there is nothing better to wait for.
                sleep(Duration::from_millis(20)).await;
            }
            Some(_) => return Ok(()),
        }
    }
}
