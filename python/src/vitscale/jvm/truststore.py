"""Writes a trust store with the machine's certificates, for a Java runtime from PyPI.

Run it as ``python -m vitscale.jvm.truststore FILE``. A Java of the operating system has these certificates.
The one from PyPI has its own list without the certificate of a company's proxy, and cannot download behind
one.
"""

from __future__ import annotations

import hashlib
import os
import ssl
import struct
import sys
from pathlib import Path

PASSWORD = "changeit"
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


def system_certificates() -> list[bytes]:
    """Return the certificates that the machine trusts, each in DER, or none without a bundle."""
    candidates = (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, *_SYSTEM_BUNDLES)
    bundle = next((path for path in candidates if path and Path(path).is_file()), None)
    if bundle is None:
        return []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(bundle)
    return context.get_ca_certs(binary_form=True)


def java_keystore(certificates: list[bytes]) -> bytes:
    """Return a trust store in Java's JKS format, version 2.

    The layout is that of OpenJDK's ``sun.security.provider.JavaKeyStore``: a header, one entry of tag 2 for
    each trusted certificate, and a SHA-1 digest over the password, a fixed salt and all before it.
    """
    store = struct.pack(">III", 0xFEEDFEED, 2, len(certificates))
    for number, certificate in enumerate(certificates):
        store += struct.pack(">I", 2) + _utf(f"system-{number}") + struct.pack(">Q", 0)
        store += _utf("X.509") + struct.pack(">I", len(certificate)) + certificate
    salted = PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + store
    return store + hashlib.sha1(salted, usedforsecurity=False).digest()


def _utf(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode("ascii")


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(java_keystore(system_certificates()))
