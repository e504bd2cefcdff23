"""A certificate made for one run, which only the browser of that run trusts."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

TRUST = "--ignore-certificate-errors-spki-list="  # Chromium; needs a profile of its own


def make_certificate(folder: Path) -> tuple[Path, Path, str]:
    """Files of the chain and of the key for 127.0.0.1, and Chromium's flag that trusts this key.

    The chain holds an issuer too (RSA), so that as many bytes travel as with a bought certificate.
    """
    issuer_key = rsa.generate_private_key(65537, 2048)
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = _sign("Nơi cấp của một lần đo", issuer_key.public_key(), "Nơi cấp của một lần đo", issuer_key)
    own = _sign("127.0.0.1", key.public_key(), "Nơi cấp của một lần đo", issuer_key)
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(own.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return chain, private, TRUST + base64.b64encode(hashlib.sha256(spki).digest()).decode()


def _sign(
    name: str, public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, issuer: str, issuer_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    now = datetime.now(UTC)
    named, issued_by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, issuer))
    made = x509.CertificateBuilder().subject_name(named).issuer_name(issued_by).public_key(public_key)
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    if name == "127.0.0.1":
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
    return made.sign(issuer_key, SHA256())
