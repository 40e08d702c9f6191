# SPDX-License-Identifier: EUPL-1.2
"""systemd-journald of a root, run for real: in name spaces of this process alone (it is started by `unshare`), over a copy of the
root that is thrown away. Without CAP_AUDIT_CONTROL, so that this machine's audit stays as it is."""
import json
import os
import shutil
import signal
import subprocess

ID = "0123456789abcdef0123456789abcdef"
RUNNING = ("env", "-i", "SYSTEMD_LOG_LEVEL=debug", "SYSTEMD_LOG_TARGET=console", "PATH=/usr/bin:/usr/sbin:/bin:/sbin")
USAGE = "ec387f577b844b8fa948f33cad9a75e6"  # SD_MESSAGE_JOURNAL_USAGE


def command(*words):
    subprocess.run(words, check=True)


class Place:
    """The root with a layer over it, at /mnt of this name space."""

    def __init__(self, root):
        command("mount", "-t", "tmpfs", "tmpfs", "/mnt")
        for d in ("upper", "work", "root"):
            os.mkdir("/mnt/" + d)
        self.path = "/mnt/root"
        command("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={root},upperdir=/mnt/upper,workdir=/mnt/work", self.path)
        command("mount", "-t", "proc", "proc", self.path + "/proc")
        command("mount", "--rbind", "/sys", self.path + "/sys")
        for d in ("run", "dev"):
            command("mount", "-t", "tmpfs", "tmpfs", f"{self.path}/{d}")
        os.mknod(self.path + "/dev/null", 0o20666, os.makedev(1, 3))
        with open(self.path + "/etc/machine-id", "w") as f:
            f.write(ID + "\n")

    def fill(self, layout, places):
        """Takes the configuration of a layout, and none but it."""
        for place in places:
            there = self.path + place
            for name in ("journald.conf", "journald.conf.d"):
                path = os.path.join(there, name)
                if os.path.islink(path) or os.path.isfile(path):
                    os.unlink(path)
                elif os.path.isdir(path):
                    shutil.rmtree(path)
            if os.path.isdir(layout + place):
                shutil.copytree(layout + place, there, symlinks=True, dirs_exist_ok=True)

    def start(self, directory):
        """Starts it, has it flush and ends it. What it printed."""
        for d in ("/run/log", "/run/systemd/journal", "/var/log/journal"):
            shutil.rmtree(self.path + d, ignore_errors=True)
        os.makedirs(self.path + "/run/log")
        os.makedirs(self.path + "/run/systemd", exist_ok=True)
        if directory:
            os.mkdir(self.path + "/var/log/journal")
        process = subprocess.Popen(["setpriv", "--bounding-set", "-audit_control", "--inh-caps", "-audit_control", "chroot",
                                    self.path, *RUNNING, "/usr/lib/systemd/systemd-journald"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        text = []
        for line in process.stderr:
            text.append(line)
            if b" running as PID " in line:
                # It takes the request to flush before the one to end (sd-event's priorities).
                process.send_signal(signal.SIGUSR1)
                process.send_signal(signal.SIGTERM)
        process.wait(10)
        return b"".join(text).decode("utf-8", "replace")

    def journal(self, where):
        return os.path.exists(f"{self.path}{where}/log/journal/{ID}/system.journal")

    def most(self):
        """The bound that it works with, of the last journal it opened."""
        out = subprocess.run(["chroot", self.path, "journalctl", "-D", f"/var/log/journal/{ID}", "-o", "json", "MESSAGE_ID=" + USAGE],
                             capture_output=True, text=True).stdout
        uses = [json.loads(line) for line in out.splitlines()]
        uses = [int(u["MAX_USE"]) for u in uses if u.get("JOURNAL_PATH", "").startswith("/var/")]
        return uses[-1] if uses else None


def storage(place):
    """Which Storage= is in effect, told by what it does without and with a directory. And what it printed, and its bound."""
    place.start(False)
    without = (place.journal("/run"), place.journal("/var"))
    text = place.start(True)
    there = (place.journal("/run"), place.journal("/var"))
    known = {((True, False), (False, True)): "auto", ((False, True), (False, True)): "persistent",
             ((True, False), (True, False)): "volatile", ((False, False), (False, False)): "none"}
    return known.get((without, there), f"{without} {there}"), text, place.most() if there[1] else None
