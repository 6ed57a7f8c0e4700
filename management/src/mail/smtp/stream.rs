//! The stream to the mail server. The library reads lines without a limit, so the stream ends after 256 KiB.

use super::CONNECT_DEADLINE;
use lettre::transport::smtp::client::AsyncTokioStream;
use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};

/// Bytes that a server may send over one connection. The answers to a mail have a few hundred.
const MAX_RECEIVED_BYTES: usize = 256 * 1024;

/// Connects to the first address of a host that accepts.
pub(super) async fn open(host: &str, port: u16) -> io::Result<(TcpStream, SocketAddr)> {
    let mut last = io::Error::other("the host has no address");
    for address in lookup_host((host, port)).await? {
        match timeout(CONNECT_DEADLINE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, address)),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

/// Encrypts a stream. The certificate must be the host's, and signed under one of Mozilla's roots.
pub(super) async fn encrypt(host: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

/// A stream from which a limited number of bytes can be read.
#[derive(Debug)]
pub(super) struct LimitedStream<S> {
    inner: S,
    peer: SocketAddr,
    /// Read before the bytes of the peer.
    first: &'static [u8],
    /// The bytes of the peer that can still be read.
    left: usize,
}

impl<S> LimitedStream<S> {
    pub(super) const fn new(inner: S, peer: SocketAddr) -> Self {
        Self {
            inner,
            peer,
            first: b"",
            left: MAX_RECEIVED_BYTES,
        }
    }

    /// Lets these bytes be read before those of the peer.
    pub(super) fn after(self, first: &'static [u8]) -> Self {
        Self { first, ..self }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for LimitedStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.first.is_empty() {
            let (now, later) = this
                .first
                .split_at(this.first.len().min(buffer.remaining()));
            buffer.put_slice(now);
            this.first = later;
            return Poll::Ready(Ok(()));
        }
        if this.left == 0 {
            return Poll::Ready(Err(io::Error::other("the mail server sent too much")));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buffer))?;
        let read = buffer.filled().len() - before;
        this.left = this.left.saturating_sub(read);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for LimitedStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

impl<S> AsyncTokioStream for LimitedStream<S>
where
    S: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug,
{
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

#[cfg(test)]
mod tests {
    use super::{LimitedStream, MAX_RECEIVED_BYTES};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn a_stream_ends_after_256_kib() {
        let (client, mut server) = duplex(16 * 1024);
        let peer = "127.0.0.1:25".parse().expect("an address");
        let mut stream = LimitedStream::new(client, peer).after(b"220 hello\r\n");
        let serving =
            tokio::spawn(
                async move { while server.write_all(&[b'2'; 16 * 1024]).await.is_ok() {} },
            );
        let mut read = Vec::new();
        let error = stream.read_to_end(&mut read).await.expect_err("too much");
        assert!(error.to_string().contains("too much"), "{error}");
        assert!(read.starts_with(b"220 hello\r\n2"));
        // The last read may exceed it by a buffer.
        assert!((MAX_RECEIVED_BYTES..2 * MAX_RECEIVED_BYTES).contains(&read.len()));
        drop(stream);
        serving.await.expect("ends");
    }
}
