# SPDX-License-Identifier: EUPL-1.2
"""The programs of a suite's package auditd, with the libraries that they bring, for oracles."""
import os
import shutil
import subprocess
import sys
import tempfile

PROGRAMS = ("auditctl", "auditd", "augenrules")
LIBRARIES = ("libaudit.so.1", "libauparse.so.0")


def kept(root):
    """The folder that has them, filled once from the suite's archive: the programs, and the libraries in lib/."""
    kept = f"{root}.audit"
    if all(os.path.exists(f"{kept}/{name}") for name in PROGRAMS):
        return kept
    fetched = tempfile.mkdtemp(prefix="bioagent-audit.", dir=f"{root}/tmp")
    os.chmod(fetched, 0o777)
    inside = fetched[len(root):]
    subprocess.run(["chroot", root, "sh", "-c", f"apt-get -qq update; cd {inside} && apt-get -qq download auditd libaudit1; "
                    "apt-get -qq download libauparse0t64 || apt-get -qq download libauparse0"],
                   check=False, capture_output=True)
    for package in os.listdir(fetched):
        subprocess.run(["dpkg-deb", "--extract", f"{fetched}/{package}", f"{fetched}/x"], check=True)
    os.makedirs(f"{kept}/lib", exist_ok=True)
    for directory, _, files in os.walk(f"{fetched}/x"):
        for name in files:
            if name in LIBRARIES:
                shutil.copy(f"{directory}/{name}", f"{kept}/lib/{name}")  # what the link leads to
            elif name in PROGRAMS and "bin" in os.path.basename(directory):
                shutil.copy(f"{directory}/{name}", f"{kept}/{name}")
    shutil.rmtree(fetched)
    if not all(os.path.exists(f"{kept}/{name}") for name in PROGRAMS):
        sys.exit("audit: the package auditd cannot be had from the suite's archive")
    return kept
