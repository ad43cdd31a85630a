"""Check the signature of a package with ``cryptography`` alone: verify_signature.py PACKAGE.zip KEY.pub."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_public_key

text = Path(sys.argv[2]).read_text(encoding="utf-8")
key = load_pem_public_key(text[text.index("-----BEGIN") :].encode())
with zipfile.ZipFile(sys.argv[1]) as package:
    root = package.namelist()[0].split("/")[0]
    listed = package.read(f"{root}/tagmanifest-sha256.txt")
    key.verify(package.read(f"{root}/tagmanifest-sha256.txt.sig"), listed)  # raises InvalidSignature
sys.stdout.write("signature ok\n")
