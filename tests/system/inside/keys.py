# SPDX-License-Identifier: EUPL-1.2
"""Keys that are out of reach: attack.py, run with the very settings of a unit, against files; and the same with one lock taken
away, where it must succeed: an attack that never works shows nothing."""
import ctypes
import fcntl
import hashlib
import json
import os
import pathlib
import pwd
import shutil
import struct
import sys

from agent import STATE
from host import Failure, remove, run

PLACE = pathlib.Path("/run/bioagent-inside")  # where every unit's sandbox lets it be read
UNIT = pathlib.Path("/run/systemd/system/bioagent-inside.service")
COLLECTOR = pathlib.Path("/var/lib/bioagent-collector")
WAYS = ("path", "process", "handle", "disk")

CAP_DAC_READ_SEARCH = 1 << 2
CAP_AUDIT_CONTROL = 1 << 30

# The last word of a unit's text: what is run, and where its question and answer lie. All else stays.
RUNS = f"""
[Service]
Type=oneshot
ExecStart=
ExecStart={sys.executable} {PLACE}/attack.py
StandardInput=file:{PLACE}/question
StandardOutput=truncate:{PLACE}/answer
StandardError=journal
Restart=no
WatchdogSec=0
RuntimeMaxSec=infinity
TimeoutStartSec=2min
"""


class OnDisk:
    """Where the bytes of a file lie: FS_IOC_FIEMAP (linux/fiemap.h), one extent."""

    IOCTL, SYNC = 0xC020660B, 1
    HEADER, EXTENT = struct.Struct("=QQIIII"), struct.Struct("=QQQQQIIII")
    UNKNOWN, ENCODED = 0x2, 0x8

    @classmethod
    def offset(cls, path):
        with open(path, "rb") as file:
            asked = bytearray(cls.HEADER.pack(0, 1 << 20, cls.SYNC, 0, 1, 0) + bytes(cls.EXTENT.size))
            fcntl.ioctl(file, cls.IOCTL, asked)
        if cls.HEADER.unpack_from(asked)[3] != 1:
            raise Failure(f"{path} has no extent")
        _, physical, _, _, _, flags, *_ = cls.EXTENT.unpack_from(asked, cls.HEADER.size)
        if flags & (cls.UNKNOWN | cls.ENCODED):
            raise Failure(f"{path} does not lie on the disk as it is: use ext4 or xfs")
        return physical


def handle_of(path):
    """name_to_handle_at(2)"""
    libc = ctypes.CDLL(None, use_errno=True)
    most = 128
    raw = ctypes.create_string_buffer(struct.pack("=Ii", most, 0) + bytes(most))
    mount = ctypes.c_int()
    if libc.name_to_handle_at(-100, os.fsencode(path), raw, ctypes.byref(mount), 0) < 0:
        raise Failure(f"name_to_handle_at {path}: {os.strerror(ctypes.get_errno())}")
    length, kind = struct.unpack_from("=Ii", raw.raw)
    return {"type": kind, "bytes": raw.raw[8:8 + length].hex()}


def mounted(path):
    """The mount point and the device of the file system that a path lies on."""
    fields = run("findmnt", "--noheadings", "--output", "TARGET,MAJ:MIN", "--target", path).stdout.split()
    return fields[0], f"/dev/block/{fields[1]}"


class Target:
    def __init__(self, name, path):
        self.name, self.path = name, pathlib.Path(path)
        content = self.path.read_bytes()
        self.digest = hashlib.sha256(content).hexdigest()
        mount, device = mounted(path)
        self.question = {"name": name, "path": str(path), "handle": handle_of(path), "mount": mount, "device": device,
                         "offset": OnDisk.offset(path), "length": len(content)}


def targets():
    os.sync()
    return [Target("record key", STATE / "sign/key.pem"), Target("TLS key", STATE / "ship/tls.key"),
            Target("authority's key", COLLECTOR / "ca/key.pem"), Target("server's key", COLLECTOR / "tls/server-key.pem")]


def prepare():
    remove(PLACE)
    PLACE.mkdir(mode=0o755)
    shutil.copy(pathlib.Path(__file__).with_name("attack.py"), PLACE)
    (PLACE / "attack.py").chmod(0o644)


def clean_up():
    UNIT.unlink(missing_ok=True)
    remove(PLACE)
    run("systemctl", "daemon-reload")


def ask(aims):
    (PLACE / "question").write_text(json.dumps([t.question for t in aims]))
    (PLACE / "answer").unlink(missing_ok=True)


def unconfined(aims):
    return json.loads(run(sys.executable, PLACE / "attack.py", text=json.dumps([t.question for t in aims])).stdout)


def inside(unit, aims, without=None):
    """The answer of an attack with the settings of `unit`, less the one line that `without` names."""
    text = run("systemctl", "cat", unit).stdout
    if without is not None:
        lines = text.splitlines()
        kept = [line for line in lines if line.split("=", 1) != without.split("=", 1) and not (
            without.endswith("=") and line.startswith(without))]
        if len(kept) != len(lines) - 1:
            raise Failure(f"{unit} has {len(lines) - len(kept)} lines {without}")
        text = "\n".join(kept) + "\n"
    ask(aims)
    UNIT.write_text(text + RUNS)
    run("systemctl", "daemon-reload")
    done = run("systemctl", "start", UNIT.name, status=None)
    if done.returncode != 0:
        raise Failure(f"{UNIT.name}: {done.stderr}" + run("journalctl", "-u", UNIT.name, "-n", "20", "-o", "cat").stdout)
    return json.loads((PLACE / "answer").read_text())


def judge(answer, aims, reachable):
    """Exactly `reachable` (name of a target, way) gave a file's content; all else an error."""
    wrong, refused = [], 0
    for aim in aims:
        for way in WAYS:
            got = answer["found"][aim.name][way]
            if (aim.name, way) in reachable:
                if got != aim.digest:
                    wrong.append(f"the {aim.name} by {way} is out of reach ({got}): this attack shows nothing")
            elif not got.startswith("E"):
                wrong.append(f"the {aim.name} by {way} was {'read' if got == aim.digest else 'read, as other bytes'}")
            else:
                refused += 1
    if wrong:
        raise Failure("; ".join(wrong))
    return refused


def everything(aims, *ways):
    return {(aim.name, way) for aim in aims for way in ways}


def attacks_work(aims):
    answer = unconfined(aims)
    judge(answer, aims, everything(aims, *WAYS))
    if answer["disks"] == 0:
        raise Failure("no raw disk can be opened")
    return f"{len(aims)} keys by {len(WAYS)} ways"


def who_is(answer, user, capabilities):
    who, uid = answer["who"], pwd.getpwnam(user).pw_uid
    is_ = {"Uid": int(who["Uid"]), "CapEff": int(who["CapEff"], 16), "CapBnd": int(who["CapBnd"], 16),
           "NoNewPrivs": who["NoNewPrivs"], "Seccomp": who["Seccomp"]}
    wanted = {"Uid": uid, "CapEff": capabilities, "CapBnd": capabilities, "NoNewPrivs": "1", "Seccomp": "2"}
    if is_ != wanted:
        raise Failure(f"it runs as {is_}, not as {wanted}")


def closed(unit, user, capabilities, aims, own=()):
    """The unit as it is: nothing within reach but its `own` keys."""
    answer = inside(unit, aims)
    who_is(answer, user, capabilities)
    refused = judge(answer, aims, {(name, "path") for name in own})
    if answer["disks"]:
        raise Failure(f"{answer['disks']} raw disks can be opened")
    return f"{refused} attempts refused"


def one_lock_less(unit, without, way, aims):
    answer = inside(unit, aims, without)
    judge(answer, aims, everything(aims, way))
    if (answer["disks"] > 0) != (way == "disk"):
        raise Failure(f"{answer['disks']} raw disks can be opened")
    return f"within reach by {way}, and by nothing else"


def test(report):
    prepare()
    try:
        aims = targets()
        if not report.case("root outside of any unit reads the keys in every way that is tried", attacks_work, aims):
            return
        observer, probe = "bioagent-observe@.service", "bioagent-probe@.service"
        report.case("the observer's unit cannot read a key by path, process, handle or disk", closed, observer,
                    "bioagent-observe", CAP_DAC_READ_SEARCH, aims)
        for without, way in (("InaccessiblePaths=", "path"), ("SystemCallFilter=~open_by_handle_at", "handle"),
                             ("DevicePolicy=closed", "disk")):
            report.case(f"without {without} it can", one_lock_less, observer, without, way, aims)
        report.case("the probe's unit cannot read a key", closed, probe, "root", CAP_AUDIT_CONTROL, aims)
        report.case("the daemon's unit reads the record key alone", closed, "bioagent.service", "bioagent", 0, aims,
                    ["record key"])
        report.case("the shipper's unit reads the TLS key alone", closed, "bioagent-ship.service", "bioagent-ship", 0, aims,
                    ["TLS key"])
        for name, user, own in (("records", "bioagent-collector", ["server's key"]),
                                ("est", "bioagent-collector-est", ["authority's key", "server's key"]),
                                ("web", "bioagent-collector", [])):
            report.case(f"the collector's unit of {name} reads {' and '.join(own) or 'no key'}", closed,
                        f"bioagent-collector-{name}.service", user, 0, aims, own)
    finally:
        clean_up()
