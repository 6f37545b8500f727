//@ rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }
//@ webpki-roots = "1"
//@ ring = "0.17"
use ring::{aead, digest, hkdf, hmac};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use std::sync::Arc;

pub fn run(n: u64) -> u64 {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut client = ClientConnection::new(Arc::new(config), "example.org".try_into().unwrap()).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();

    let text: Vec<u8> = (0..n).map(|i| i as u8).collect();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &text), &text);
    let _ = hkdf::Salt::new(hkdf::HKDF_SHA256, &text).extract(tag.as_ref());
    let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::CHACHA20_POLY1305, tag.as_ref()).unwrap());
    let mut sealed = text.clone();
    key.seal_in_place_append_tag(aead::Nonce::assume_unique_for_key([7; 12]), aead::Aad::empty(), &mut sealed).unwrap();
    let hash = digest::digest(&digest::SHA256, &sealed);
    u64::from_le_bytes(hash.as_ref()[..8].try_into().unwrap()) % 1_000_000 + (hello[0] as u64)
}
