//@ tokio = { version = "1", features = ["rt-multi-thread", "sync", "time", "net", "io-util"] }
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

pub fn run(n: u64) -> u64 {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (sender, mut receiver) = mpsc::channel(8);
        for i in 0..n {
            let sender = sender.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(i % 5)).await;
                sender.send(i * i).await.unwrap();
            });
        }
        drop(sender);
        let mut sum = echo(&n.to_le_bytes()).await;
        while let Some(square) = receiver.recv().await {
            sum += square;
        }
        sum
    })
}

async fn echo(bytes: &[u8]) -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut peer, _) = listener.accept().await.unwrap();
        let (mut reader, mut writer) = peer.split();
        tokio::io::copy(&mut reader, &mut writer).await.unwrap();
    });
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut back = Vec::new();
    stream.read_to_end(&mut back).await.unwrap();
    (back == bytes) as u64
}
