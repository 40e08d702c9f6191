# SPDX-License-Identifier: EUPL-1.2
"""Debian roots for oracles: made once with mmdebstrap, from the archive that apt on this machine uses, and kept."""
import fcntl
import os
import shutil
import subprocess
import sys

DIRECTORY = os.environ.get("ORACLE_ROOTS", "/var/tmp/bioagent-roots")
PACKAGES = "openssh-server,perl,systemd"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def archive():
    """Where apt gets Debian's own packages from."""
    form = "$(SITE) $(RELEASE) $(COMPONENT)|$(ORIGIN)"
    for attempt in range(2):
        if attempt:
            subprocess.run(["apt-get", "update"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        output = subprocess.run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"],
                                stdout=subprocess.PIPE, text=True, check=True).stdout
        for line in output.splitlines():
            target, _, origin = line.partition("|")
            fields = target.split()
            if origin == "Debian" and len(fields) == 3 and "-" not in fields[1] and fields[2] == "main":
                return fields[0]
    sys.exit("apt on this machine knows no Debian archive")


class Root:
    """A root of a suite, for this process alone while it is open."""

    def __init__(self, suite):
        self.suite = suite
        self.path = os.path.join(DIRECTORY, suite)

    def __enter__(self):
        os.makedirs(DIRECTORY, exist_ok=True)
        self.lock = open(os.path.join(DIRECTORY, self.suite + ".lock"), "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        stamp = os.path.join(DIRECTORY, self.suite + ".packages")
        if not os.path.exists(stamp) or open(stamp).read() != PACKAGES or not os.path.isdir(self.path):
            self.make()
            with open(stamp, "w") as f:
                f.write(PACKAGES)
        return self

    def __exit__(self, *_):
        self.lock.close()

    def make(self):
        new = self.path + ".new"
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(self.path, ignore_errors=True)
        print(f"making a root of {self.suite} in {self.path}", file=sys.stderr)
        option = f"[signed-by={KEYRING}] " if os.path.exists(KEYRING) else ""
        source = f"deb {option}{archive()} {self.suite} main\n"
        made = subprocess.run(["mmdebstrap", "--mode=root", "--variant=apt", "--include=" + PACKAGES, self.suite, new, "-"],
                              input=source, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode != 0:
            sys.exit(f"mmdebstrap failed:\n{made.stdout[-2000:]}")
        os.makedirs(os.path.join(new, "run/sshd"), exist_ok=True)
        os.rename(new, self.path)

    def file(self, path):
        return os.path.join(self.path, path.lstrip("/"))
