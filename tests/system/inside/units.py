# SPDX-License-Identifier: EUPL-1.2
"""The units as they are: started, asked, reloaded, stopped, killed."""
import ctypes
import grp
import json
import os
import pathlib
import pwd
import shutil
import signal
import struct
import sys
import time

from agent import (DAEMON, RUNTIME, RUN_SECONDS, STATE, after_a_run, audit, by_hand, main_pid, must_be, record_files, records,
                   report, runs, same, state, status)
from host import Failure, Journal, replace, run, show, wait_until

SOCKETS = {"observe": "bioagent", "probe": "bioagent-observe", "ship": "bioagent-ship"}
DROP_IN = pathlib.Path("/run/systemd/system/bioagent.service.d/inside.conf")


def files():
    units = run("systemctl", "list-unit-files", "--no-legend", "bioagent*").stdout.split()
    return [name.replace("@.service", "@1.service") for name in units if name.startswith("bioagent")]


def verified():
    manual = [] if shutil.which("man") else ["--man=no"]
    done = run("systemd-analyze", "verify", *manual, *files(), status=None)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "bioagent" in line]
    if ours:
        raise Failure("\n".join(ours))
    return f"{len(files())} units"


def owned(path, mode, user, group):
    found = os.lstat(path)
    is_ = (found.st_mode & 0o7777, found.st_uid, found.st_gid)
    if is_ != (mode, pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid):
        raise Failure(f"{path}: mode {is_[0]:o}, uid {is_[1]}, gid {is_[2]}; wanted {mode:o} {user}:{group}")


def places():
    owned(STATE, 0o755, "root", "root")
    owned(STATE / "sign", 0o700, "bioagent", "bioagent")
    owned(STATE / "spool", 0o750, "bioagent", "bioagent")
    owned(STATE / "ship", 0o750, "bioagent-ship", "bioagent")
    owned(RUNTIME, 0o755, "bioagent", "bioagent")
    if "bioagent-observe" in grp.getgrnam("bioagent").gr_mem or "bioagent-ship" not in grp.getgrnam("bioagent").gr_mem:
        raise Failure("the group bioagent has other members than the shipper")


def starts():
    journal = Journal()
    run("systemctl", "start", DAEMON)
    kind, active, environment = show(DAEMON, "Type", "ActiveState", "Environment")
    if kind != "notify" or active != "active" or "BIOAGENT_SOCKETS=1" not in environment.split():
        raise Failure(f"Type={kind}, {active}, Environment={environment}")
    for name, user in SOCKETS.items():
        state_ = show(f"bioagent-{name}.socket", "ActiveState")
        if state_ != "active":
            raise Failure(f"bioagent-{name}.socket is {state_}")
        owned(RUNTIME / name, 0o660 if name == "ship" else 0o600, user, "bioagent" if name == "ship" else user)
    line = wait_until("the first run", RUN_SECONDS, lambda: runs(journal), step=0.5)[0]
    if not line.startswith("run full:"):
        raise Failure(f"the first run is \"{line}\"")
    return line


def first_run():
    line = starts()
    for name in ("observe", "probe"):
        accepted = show(f"bioagent-{name}.socket", "NAccepted")
        if accepted != "1":
            raise Failure(f"bioagent-{name}.socket took {accepted} connections for one run")
    found = records()
    if found[-1]["kind"] != "full" or found[-1]["seq"] != status()["seq"]:
        raise Failure(f"the newest record is {found[-1]['kind']}")
    if found[-1]["run"]["boot_id"] != pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip():
        raise Failure("another boot")
    owned(record_files()[-1], 0o640, "bioagent", "bioagent")
    owned(STATE / "sign/key.pem", 0o600, "bioagent", "bioagent")
    return line


def verifies(kinds=None):
    """The chain on disk, as an auditor verifies it; its kinds from the last start on, where they are given."""
    run("bioagent", "verify", *record_files())
    found = [record["kind"] for record in records()]
    last = len(found) - 1 - found[::-1].index("start")
    if kinds and found[last:] != kinds:
        raise Failure(f"since the last start there are {found[last:]}, not {kinds}")
    return f"{len(found)} records"


def watchdog():
    """With a short one: it is fed; and a daemon that hangs is ended and started again."""
    seconds = 12
    if show(DAEMON, "WatchdogUSec") not in ("3min", "180s"):
        raise Failure(f"WatchdogUSec={show(DAEMON, 'WatchdogUSec')}")
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    DROP_IN.write_text(f"[Service]\nWatchdogSec={seconds}\nRestartSec=1\n")
    run("systemctl", "daemon-reload")
    try:
        after_a_run(lambda: run("systemctl", "restart", DAEMON))
        pid, fed = main_pid(), show(DAEMON, "WatchdogTimestampMonotonic")
        wait_until("the watchdog to be fed", 2 * seconds, lambda: show(DAEMON, "WatchdogTimestampMonotonic") != fed)
        time.sleep(seconds)
        if main_pid() != pid:
            raise Failure("it was ended though it was well")
        after_a_run(lambda: os.kill(pid, signal.SIGSTOP))
        if main_pid() == pid or show(DAEMON, "NRestarts") == "0":
            raise Failure("it was not started again")
    finally:
        DROP_IN.unlink()
        run("systemctl", "daemon-reload")
        after_a_run(lambda: run("systemctl", "restart", DAEMON))
    return f"a daemon that hung was another {seconds} s later"


def one_line_a_run():
    """The daemon's, and neither observer nor probe adds to it. Where the host changed meanwhile (a clock ten minutes after its
    daemon's start) it says so in a line more, and we look again."""
    for _ in range(3):
        journal = Journal()
        for _ in range(2):
            audit()
        lines = [line for unit in (DAEMON, "bioagent-observe@*", "bioagent-probe@*") for line in journal.lines(unit)]
        if all(line.endswith("no change") for line in lines if line.startswith("run ")):
            break
    if [line for line in lines if not line.startswith("run audit:")] or len(lines) != 2:
        raise Failure(f"two runs without a change gave {lines}")
    return lines[0]


def reload():
    before, pid = status()["seq"], main_pid()
    line = after_a_run(lambda: run("systemctl", "reload", DAEMON))
    fulls = [r["seq"] for r in records() if r["kind"] == "full"]
    if not line.startswith("run full:") or fulls[-1] <= before or main_pid() != pid:
        raise Failure(f"\"{line}\", fulls {fulls}, records before {before}")


def wrong_configuration(configuration):
    """A reload with errors leaves what was in force; the daemon says so until it is mended."""
    wrong = configuration.with_name("zz-wrong.yml")
    replace(wrong, "schedule: {audit: soon}\n")
    try:
        journal = Journal()
        run("systemctl", "reload", DAEMON)
        wait_until("the problem in the status", 30, lambda: status()["problem"])
        if not [line for line in journal.lines(DAEMON) if f"{wrong}:1:" in line]:
            raise Failure(f"the journal does not say where: {journal.lines(DAEMON)}")
        run("bioagent", "status", "--check", status=2)  # the command line reads the same configuration
    finally:
        wrong.unlink()
        after_a_run(lambda: run("systemctl", "reload", DAEMON))
    run("bioagent", "status", "--check")


def stops_and_starts():
    seq = status()["seq"]
    run("systemctl", "stop", DAEMON)
    last = records()[-1]
    if last["kind"] != "stop" or last["seq"] != seq + 1 or last["next_by"] is not None:
        raise Failure(f"the last record is {last['kind']} {last['seq']} after {seq}, next_by {last['next_by']}")
    if show(DAEMON, "Result") != "success" or status()["state"] != "stopped":
        raise Failure(f"Result={show(DAEMON, 'Result')}, {status()['state']}")
    run("bioagent", "status", "--check", status=1)
    starts()
    start = next(r for r in records() if r["seq"] == seq + 2)
    if start["kind"] != "start" or start["clean"] is not True:
        raise Failure(f"after the stop there is {start['kind']}, clean: {start.get('clean')}")
    return verifies()


def killed():
    """The daemon, at rest: the next one goes on with the chain, and says that the last one had no end."""
    pid, seq = main_pid(), status()["seq"]
    after_a_run(lambda: os.kill(pid, signal.SIGKILL))
    start = next(r for r in records() if r["seq"] == seq + 1)
    if main_pid() in (0, pid) or start["kind"] != "start" or start["clean"] is not False:
        raise Failure(f"after it there is {start['kind']}, clean: {start.get('clean')}")
    return verifies(["start", "full"])


def process_of(instances):
    """The process of a service that a socket started, as soon as there is one."""
    for procs in pathlib.Path("/sys/fs/cgroup/system.slice").glob(f"system-bioagent*{instances}.slice/bioagent-{instances}@*/cgroup.procs"):
        try:
            pids = procs.read_text().split()
            if pids and f"/bioagent-{instances}" in os.readlink(f"/proc/{pids[0]}/exe"):
                return int(pids[0])
        except OSError:
            pass  # it has ended meanwhile
    return 0


def killed_in_a_run(instances, *errors):
    """Observer or probe, in the midst of a run: what it did not say is an error, the daemon goes on, the next run is whole."""
    def kill():
        os.kill(daemon, signal.SIGUSR1)
        os.kill(wait_until(f"a process of {instances}", 60, lambda: process_of(instances), step=0.0002), signal.SIGKILL)

    daemon = main_pid()
    journal = Journal()
    line = after_a_run(kill)
    found = state()
    if not any("killed" in said for said in journal.lines(f"bioagent-{instances}@*")):
        raise Failure("the journal does not say that it was killed")
    if not any(f["status"] == "error" for check in errors for f in found[check]["findings"]):
        raise Failure(f"no finding is an error: \"{line}\"")
    if main_pid() != daemon:
        raise Failure("the daemon is another one")
    same(audit(), by_hand())
    return line


def socket_away():
    """Without the observer's socket it does not start an observer itself."""
    away = RUNTIME / "observe.away"
    os.rename(RUNTIME / "observe", away)
    try:
        found = audit()
    finally:
        os.rename(away, RUNTIME / "observe")
    for result in found.values():
        must_be(result, "error")
    if not status()["problem"]:
        raise Failure("the status names no problem")
    same(audit(), by_hand())


def says_status():
    text = run("bioagent", "status").stdout
    run("bioagent", "status", "--check")
    for word in ("running", status()["chain"], "last run"):
        if word not in text:
            raise Failure(f"no {word}:\n{text}")
    other = run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "bioagent", "status").stdout
    if status()["chain"] in other or "fail" in other or "running" not in other:
        raise Failure(f"to an ordinary user it says:\n{other}")


class Clock:
    """The kernel's word on whether its clock is synchronised: adjtimex(2), linux/timex.h."""

    STATUS, MAXERROR, UNSYNCHRONISED = 0x10, 0x04, 0x40
    FORM = struct.Struct("=Iiqqqqi")  # modes, offset, freq, maxerror, esterror, status

    @classmethod
    def call(cls, modes=0, status=0):
        buffer = ctypes.create_string_buffer(cls.FORM.pack(modes, 0, 0, 0, 0, 0, status) + bytes(256))
        if ctypes.CDLL(None, use_errno=True).adjtimex(buffer) < 0:
            raise Failure(f"adjtimex: {os.strerror(ctypes.get_errno())}")
        return cls.FORM.unpack_from(buffer.raw)[-1]


def about_the_host():
    """What a record says beside results: the daemon's sandbox hides nothing of it, the kernel's word on its clock included."""
    before = Clock.call()
    try:
        Clock.call(Clock.STATUS | Clock.MAXERROR, before & ~Clock.UNSYNCHRONISED)
        after_a_run(lambda: run("systemctl", "reload", DAEMON))
        record, by_root = records()[-1], report()
    finally:
        Clock.call(Clock.STATUS, before)
    for part, names in (("host", ("name", "org", "os", "kernel")), ("run", ("boot_id", "clock", "agent"))):
        for name in names:
            if record[part][name] != by_root[part][name]:
                raise Failure(f"{part}.{name} is {record[part][name]} in the record and {by_root[part][name]} by hand")
    if record["run"]["clock"] != {"synchronised": True}:
        raise Failure(f"the clock is {record['run']['clock']}")
    return f"{record['host']['name']}, {record['host']['os']}"


def refused(user, socket):
    """A user that cannot reach a socket."""
    done = run("setpriv", f"--reuid={user}", f"--regid={user if user != 'nobody' else 'nogroup'}", "--clear-groups", sys.executable,
               "-c", f"import socket; socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect('{RUNTIME / socket}')", status=None)
    if done.returncode == 0 or "PermissionError" not in done.stderr:
        raise Failure(f"{user} reaches {socket}: {done.stderr}")


def closed_sockets():
    for user, sockets in (("nobody", ("observe", "probe")), ("bioagent", ("probe",)), ("bioagent-ship", ("observe", "probe")),
                          ("bioagent-observe", ("observe",))):
        for socket in sockets:
            refused(user, socket)


def nothing_left():
    left = run("systemctl", "list-units", "--all", "--no-legend", "--plain", "bioagent-observe@*", "bioagent-probe@*").stdout.strip()
    if left:
        raise Failure(left)


def side_by_side():
    """All checks that there are."""
    found = audit()
    same(found, by_hand())
    known = {check["id"] for check in json.loads(run("bioagent", "list", "checks", "--format", "json").stdout)}
    judged = {result["check"] for result in found.values()}
    if judged != known:
        raise Failure(f"checks without a result: {sorted(known - judged)}; results of none: {sorted(judged - known)}")
    told = ", ".join(f"{check} {result['status']}" for check, result in sorted(found.items()))
    return f"{len(known)} checks, {len(found)} results: {told}"


def test(lines, configuration):
    lines.case("systemd-analyze finds nothing in the units", verified)
    lines.case("directories have their owners and modes", places)
    if not lines.case("the daemon starts, and makes a full record through its sockets", first_run):
        return False
    lines.case("the chain verifies", verifies)
    lines.case("the services find what --run-once finds as root", side_by_side)
    lines.case("a record says of this host what --run-once says", about_the_host)
    lines.case("the sockets are closed to whoever has no business there", closed_sockets)
    lines.case("bioagent status", says_status)
    lines.case("one line in the journal for a run", one_line_a_run)
    lines.case("reload gives a full record", reload)
    lines.case("wrong configuration leaves the old one in force", wrong_configuration, configuration)
    lines.case("a clean stop is recorded, and the next start continues the chain", stops_and_starts)
    lines.case("the daemon killed", killed)
    lines.case("the observer killed in a run", killed_in_a_run, "observe", "ssh.root-login", "accounts.uid0", "audit.enabled")
    lines.case("the probe killed in a run", killed_in_a_run, "probe", "audit.enabled")
    lines.case("the observer's socket taken away", socket_away)
    lines.case("the watchdog", watchdog)
    lines.case("no instance of observer or probe is left", nothing_left)
    return True
