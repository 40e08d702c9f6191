# SPDX-License-Identifier: EUPL-1.2
"""Each fix that speaks to a running service, run as `bioagent explain` prints it on a host where it is needed: then the check passes,
what it is about is really so, and the administrator still gets in. (Those of files alone: tests/golden.)"""
import contextlib
import pathlib
import shutil
import time

import printed
import rules
import time_server
import units
from agent import by_hand
from host import Failure, Saved, remove, replace, run, show, wait_until
from verdicts import ACCOUNTS, SSHD_CONFIG, audit_status, other_instances, reload_sshd, start_auditd, stop_auditd

SETTLES = 120  # seconds that a daemon may take to be in step

JOURNALD = pathlib.Path("/etc/systemd/journald.conf.d")
TIMESYNCD = pathlib.Path("/etc/systemd/timesyncd.conf.d")
UNITS = pathlib.Path("/etc/systemd/system")
RESTIC = pathlib.Path("/usr/local/bin/restic")
REPOSITORY = pathlib.Path("/run/bioagent-inside-repository")
KIOSK = SSHD_CONFIG.with_name("sshd_config.d") / "90-bioagent-inside.conf"


def status_of(result, others):
    """The worst of the host's own findings: those about an sshd that other units start are about their files. Of a result that is
    not a pass those that pass are counted alone."""
    findings = [f["status"] for f in result["findings"] if not any(f"/{name}: " in f["subject"] for name in others)]
    if not findings and result["counts"].get("pass"):
        return "pass"
    return next(s for s in ("fail", "error", "manual", "pass", "na") if s in findings)


def administrator():
    run("useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", printed.ADMINISTRATOR)
    run("chpasswd", text=f"{printed.ADMINISTRATOR}:{printed.PASSWORD}\n")


def gets_in():
    run("bash", "-euo", "pipefail", "-c", printed.login(22))


class Fix:
    """`broken` makes the host need it, by files below `files` among others; `corrected` is what the text leaves to its reader;
    `held` looks whether what was to be mended is so; `restored` undoes what is not in files."""

    def __init__(self, check, name, broken, held, restored, files=(), corrected=None, fill=None, settles=0):
        self.check, self.name, self.broken, self.held, self.restored = check, name, broken, held, restored
        self.files, self.corrected, self.fill, self.settles = files, corrected, fill, settles

    def run(self, others):
        self.broken()
        before = by_hand(self.check)[self.check]
        if status_of(before, others) != "fail":
            raise Failure(f"there is nothing to mend: {before}")
        text = run("bioagent", "explain", self.check, "--lang", "en").stdout
        if self.corrected:
            self.corrected(before)
        done = self.do(printed.section(text, "fix")) + self.do(printed.section(text, "reload"))
        if self.settles:
            wait_until(f"{self.check} to hold", self.settles, self.holds, step=2)
        after = by_hand(self.check)[self.check]
        if status_of(after, others) != "pass":
            raise Failure(f"{after}\nthe commands said:\n{done}")
        self.held()
        gets_in()

    def holds(self):
        with contextlib.suppress(Failure):
            self.held()
            return True
        return False

    def do(self, lines):
        script = printed.filled(lines, self.fill)
        return run("bash", "-euo", "pipefail", "-c", script).stdout if script else ""


# --- sshd


def ssh_says(text):
    def broken():
        KIOSK.parent.mkdir(exist_ok=True)
        replace(KIOSK, text)
        reload_sshd()
    return broken


def sshd_is(keyword, value):
    def held():
        if f"{keyword} {value}" not in run("sshd", "-T").stdout.splitlines():
            raise Failure(f"sshd itself does not say {keyword} {value}")
    return held


# --- journald


def journal_in_memory():
    """And nobody else keeps it."""
    run("systemctl", "disable", "--now", "syslog.socket", "rsyslog.service", status=None)
    JOURNALD.mkdir(exist_ok=True)
    replace(JOURNALD / "20-small.conf", "[Journal]\nStorage=volatile\n")
    restart_journald()


def journal_not_flushed():
    run("systemctl", "disable", "--now", "syslog.socket", "rsyslog.service", status=None)
    run("systemctl", "mask", "systemd-journal-flush.service")


def restart_journald():
    run("systemctl", "restart", "systemd-journald.service")
    time.sleep(2)
    run("auditctl", "-e", "1")


def journal_on_disk():
    machine = pathlib.Path("/etc/machine-id").read_text().strip()
    mark = f"bioagent-inside-{time.time():.0f}"
    run("logger", mark)
    run("journalctl", "--sync")
    if mark not in run("journalctl", "--directory", f"/var/log/journal/{machine}", "-o", "cat", "-n", "200").stdout:
        raise Failure("what is logged now is not in /var/log/journal")
    if audit_status()["enabled"] == "0":
        raise Failure("the kernel's audit is off afterwards")


def journal_as_it_was():
    run("systemctl", "unmask", "systemd-journal-flush.service")
    run("systemctl", "enable", "--now", "rsyslog.service", status=None)
    restart_journald()


# --- audit


def audit_flag_off():
    run("auditctl", "-e", "0")


def auditd_off():
    stop_auditd()
    run("systemctl", "disable", "auditd.service")


def auditd_masked():
    stop_auditd()
    run("systemctl", "mask", "auditd.service")


def audit_records():
    """What was off is on: a record that is made now is on disk."""
    mark = f"bioagent-inside-{time.time():.0f}"
    run("auditctl", "-m", mark)
    wait_until("the record on disk", 30, lambda: run("ausearch", "--message", "USER", "--raw", status=None).stdout.find(mark) >= 0)


def audit_as_it_was():
    run("systemctl", "unmask", "auditd.service")
    run("systemctl", "enable", "auditd.service")
    start_auditd()
    run("auditctl", "-e", "1")


def rules_that_stop():
    rules.lay_down(["-w /etc/passwd -p wa -k identity", "-w /etc/group -p wa -F nothing -k identity", "-w /etc/shadow -p wa -k identity"])


def line_corrected(result):
    """The finding names file and line of the one that cannot be loaded."""
    places = [e for f in result["findings"] for e in f["evidence"] if e.get("source") == str(rules.FILE)]
    if not any(e.get("line") == 2 for e in places):
        raise Failure(f"no finding names line 2 of {rules.FILE}: {places}")
    lines = rules.FILE.read_text().splitlines()
    replace(rules.FILE, "\n".join([lines[0], "-w /etc/group -p wa -k identity", lines[2]]) + "\n", 0o640)


def rules_cleared():
    rules.lay_down(["-w /etc/passwd -p wa -k identity", "-w /etc/shadow -p wa -k identity"])
    run("auditctl", "-D")


def rules_held(count):
    def held():
        if len(rules.printed()) != count:
            raise Failure(f"the kernel has {rules.printed()}")
    return held


def rules_as_they_were():
    run("augenrules", "--load", status=None)
    run("auditctl", "-e", "1")


# --- the clock


def clock_unkept(*how):
    def broken():
        TIMESYNCD.mkdir(exist_ok=True)
        replace(TIMESYNCD / "20-inside.conf", "[Time]\nNTP=127.0.0.1\nFallbackNTP=\n")
        run("systemctl", "disable", "--now", "systemd-timesyncd.service")
        for words in how:
            run("systemctl", *words)
        units.Clock.call(units.Clock.STATUS, units.Clock.call() | units.Clock.UNSYNCHRONISED)
    return broken


def clock_kept():
    if show("systemd-timesyncd.service", "ActiveState", "UnitFileState") != ["active", "enabled"]:
        raise Failure("timesyncd does not run, or not after the next start")
    if units.Clock.call() & units.Clock.UNSYNCHRONISED:
        raise Failure("the kernel calls its clock unsynchronised")


def clock_as_it_was():
    run("systemctl", "unmask", "systemd-timesyncd.service")
    run("systemctl", "enable", "systemd-timesyncd.service")
    run("systemctl", "restart", "systemd-timesyncd.service")


# --- packages


ARCHIVE_LIST = pathlib.Path("/etc/apt/sources.list.d/bioagent-inside.list")


def package_gone(name, archive, *also):
    """A host on which it was never put, with an archive that has it."""
    def broken():
        for function in also:
            function()
        packages = run("apt-ftparchive", "packages", ".", directory=archive).stdout
        (archive / "Packages").write_text(packages)
        replace(ARCHIVE_LIST, f"deb [trusted=yes] file:{archive} ./\n")
        run("apt-get", "update")
        run("apt-get", "--yes", "purge", name)
    return broken


def package_back(name, archive, then):
    def restored():
        if run("dpkg-query", "--show", "--showformat=${db:Status-Status}", name, status=None).stdout != "installed":
            run("apt-get", "--yes", "install", name)
        remove(ARCHIVE_LIST)
        (archive / "Packages").unlink()
        then()
    return restored


def of_packages(archive):
    """Those of packages that are not installed: there must be an archive, a directory of their files."""
    return [
        Fix("audit.enabled", "auditd is not installed", package_gone("auditd", archive), audit_records,
            package_back("auditd", archive, audit_as_it_was), files=(pathlib.Path("/etc/audit"),)),
        Fix("time.synchronised", "no time daemon is installed", package_gone("systemd-timesyncd", archive, clock_unkept()), clock_kept,
            package_back("systemd-timesyncd", archive, clock_as_it_was), CLOCK, settles=SETTLES),
    ]


# --- a backup


def backup_fails():
    """A job whose repository is away; that it is back is what its journal told the administrator to see to."""
    replace(RESTIC, f"#!/bin/sh\n[ -d {REPOSITORY} ] || {{ echo 'repository is away' >&2; exit 1; }}\n", 0o755)
    replace(UNITS / "nightly.service", f"[Service]\nType=oneshot\nExecStart={RESTIC} backup /etc\n")
    replace(UNITS / "nightly.timer", "[Timer]\nOnCalendar=daily\nPersistent=true\n[Install]\nWantedBy=timers.target\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "enable", "--now", "nightly.timer")
    run("systemctl", "start", "nightly.service", status=None)
    wait_until("the job to fail", 30, lambda: show("nightly.service", "ActiveState") == "failed")


def repository_back(_):
    REPOSITORY.mkdir()


def backup_made():
    if show("nightly.service", "Result") != "success" or show("nightly.timer", "ActiveState") != "active":
        raise Failure("the job has not run, or has no timer")


def backup_gone():
    run("systemctl", "disable", "--now", "nightly.timer", status=None)
    remove(REPOSITORY)
    remove(RESTIC)
    for name in ("nightly.service", "nightly.timer"):
        remove(UNITS / name)
    run("systemctl", "daemon-reload")
    run("systemctl", "reset-failed", "nightly.service", status=None)


SSH, JOURNAL, AUDIT_RULES, CLOCK = (SSHD_CONFIG.parent,), (JOURNALD,), (rules.DIRECTORY,), (TIMESYNCD,)

FIXES = [
    Fix("ssh.root-login", "sshd says yes", ssh_says("PermitRootLogin yes\n"), sshd_is("permitrootlogin", "no"), reload_sshd, SSH),
    Fix("ssh.password-login", "a password alone gets in", ssh_says("PasswordAuthentication yes\n"),
        sshd_is("passwordauthentication", "no"), reload_sshd, SSH),
    Fix("ssh.empty-passwords", "empty ones are let in", ssh_says("PasswordAuthentication yes\nPermitEmptyPasswords yes\n"),
        sshd_is("permitemptypasswords", "no"), reload_sshd, SSH),
    Fix("ssh.log-level", "sshd is quiet", ssh_says("LogLevel QUIET\n"), sshd_is("loglevel", "INFO"), reload_sshd, SSH),
    Fix("log.persistent", "the journal is in memory", journal_in_memory, journal_on_disk, journal_as_it_was, JOURNAL),
    Fix("log.persistent", "the journal is never flushed", journal_not_flushed, journal_on_disk, journal_as_it_was, JOURNAL),
    Fix("audit.enabled", "the kernel's flag is off", audit_flag_off, audit_records, audit_as_it_was),
    Fix("audit.enabled", "auditd is stopped and disabled", auditd_off, audit_records, audit_as_it_was),
    Fix("audit.enabled", "auditd is stopped and masked", auditd_masked, audit_records, audit_as_it_was),
    Fix("audit.loaded", "a line cannot be loaded", rules_that_stop, rules_held(3), rules_as_they_were, AUDIT_RULES, line_corrected),
    Fix("audit.loaded", "the rules were cleared", rules_cleared, rules_held(2), rules_as_they_were, AUDIT_RULES),
    Fix("time.synchronised", "timesyncd is stopped and disabled", clock_unkept(), clock_kept, clock_as_it_was, CLOCK, settles=SETTLES),
    Fix("time.synchronised", "timesyncd is masked", clock_unkept(("mask", "systemd-timesyncd.service")), clock_kept, clock_as_it_was,
        CLOCK, settles=SETTLES),
    Fix("backup.scheduled", "a job fails", backup_fails, backup_made, backup_gone, corrected=repository_back, fill={"NAME": "nightly"}),
]


def with_host_put_back(fix, keep, others):
    place = keep / f"{fix.check} {fix.name}".replace(" ", "-")
    place.mkdir()
    saved = Saved(place, *fix.files)
    try:
        fix.run(others)
    finally:
        saved.restore()
        fix.restored()


def test(report, keep, archive):
    saved = Saved(keep, *ACCOUNTS)
    try:
        if not report.case("an administrator logs in over ssh and becomes root", lambda: (administrator(), gets_in())[1]):
            return
        others = other_instances()
        with time_server.running():
            for fix in FIXES + (of_packages(pathlib.Path(archive).resolve()) if archive else []):
                report.case(f"the fix of {fix.check} as printed: {fix.name}", with_host_put_back, fix, keep, others)
    finally:
        run("loginctl", "terminate-user", printed.ADMINISTRATOR, status=None)
        saved.restore()
        shutil.rmtree(pathlib.Path("/home") / printed.ADMINISTRATOR, ignore_errors=True)
