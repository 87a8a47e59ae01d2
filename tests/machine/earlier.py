"""Packs the stand-in for the handler that came before ours: the same extension with a lower version.

It is a program in Python with a background installer, as versions 1.0.x are publicly known to be; nothing of theirs
is in it.
"""

import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent / "earlier_handler"
FILES = ("HandlerManifest.json", "PythonRunner.sh", "src/MdeExtensionHandler.py", "src/MdeInstallerWrapper.py",
         "src/mde_installer.sh")


def build(path):
    with zipfile.ZipFile(path, "w") as package:
        for name in FILES:
            package.writestr(name, (HERE / name).read_bytes())
    return path
