//! A private CA, and a leaf for whatever name a client asks for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::Failure;

/// A CA, whose key is nowhere but in this process.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    names: Vec<String>,
}

impl Authority {
    /// A new one; the names are for clients that ask for none.
    pub(crate) fn new(names: &[String]) -> Result<Self, Failure> {
        let issuer = authority().map_err(|error| {
            Failure::new(format!("cannot make a CA: {error}"), "check the machine's source of random numbers")
        })?;
        let authority = Self { issuer, names: names.to_vec() };
        // A name that a certificate cannot have is reported now, not to a client.
        authority.config(None).map_err(|message| {
            Failure::new(format!("cannot make a certificate: {message}"), "check the names in `tls.names`")
        })?;
        Ok(authority)
    }

    /// Writes its certificate, never its key.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        super::listening::write(path, &self.issuer.pem(), "the certificate of the CA", "`tls.ca_out`")
    }

    /// What a connection is served with: a leaf for the name that the client asks for, or for all of the server's.
    pub(crate) fn config(&self, sni: Option<&str>) -> Result<Arc<ServerConfig>, String> {
        let (leaf, key) = self.leaf(sni).map_err(|error| error.to_string())?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
        let mut config = builder
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .map_err(|error| error.to_string())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    fn leaf(&self, sni: Option<&str>) -> Result<(rcgen::Certificate, KeyPair), rcgen::Error> {
        let names = sni.map_or_else(|| self.names.clone(), |name| vec![name.to_owned()]);
        let mut params = CertificateParams::new(names)?;
        if sni.is_none() {
            // A client that asks by address says no name.
            let addresses = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
            params.subject_alt_names.extend(addresses.map(rcgen::SanType::IpAddress));
        }
        params.distinguished_name.push(DnType::CommonName, "probe");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?, key))
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Private CA of a probe");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}
