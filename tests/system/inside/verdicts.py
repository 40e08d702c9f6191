# SPDX-License-Identifier: EUPL-1.2
"""Checks judged right: the host is changed, the daemon looks, --run-once looks as well, and both must find what is so.
For sshd the program itself is asked too (sshd -T), and somebody logs in as root, or not."""
import json
import os
import pathlib
import signal
import time

from agent import must_be, side_by_side, subjects
from host import Failure, Saved, release, remove, replace, run, show, wait_until

SSHD_CONFIG = pathlib.Path("/etc/ssh/sshd_config")
DROP_IN = SSHD_CONFIG.with_name("sshd_config.d") / "00-bioagent-inside.conf"
DEFAULTS = pathlib.Path("/etc/default/ssh")
KEYS_DROP_IN = DROP_IN.with_name("00-aa-bioagent-inside-keys.conf")
ACCOUNTS = [f"/etc/{name}{old}" for name in ("passwd", "shadow", "group", "gshadow") for old in ("", "-")]
LOGIN = pathlib.Path("/run/bioagent-inside-login")
OTHER = "toor"


# --- sshd ------------------------------------------------------------------------------------------------------------------


def reload_sshd():
    run("systemctl", "reload", "ssh.service")
    wait_until("sshd", 30, lambda: show("ssh.service", "ActiveState") == "active")


def other_instances():
    """Units that start sshd with other files than the host's: their findings are about those."""
    tree = json.loads(run("bioagent", "facts", "sshd", "--format", "json").stdout)
    names = [node["value"]["name"]["value"] for node in tree["value"]["instances"]["value"]]
    return [name for name in names if name != "ssh.service"]


class Sshd:
    """The check's verdict, what sshd itself says, and whether root really gets in."""

    def __init__(self):
        self.others = other_instances()
        self.key = LOGIN / "key"

    def prepare_login(self):
        """A key that would let root in, for this host's sshd alone, where nobody but root can write."""
        remove(LOGIN)
        LOGIN.mkdir(mode=0o755)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key)
        settings = f"AuthorizedKeysFile {self.key}.pub\n"
        if "persourcepenalties" in run("/usr/sbin/sshd", "-T").stdout:
            settings += "PerSourcePenalties no\n"  # we are refused on purpose, and often
        KEYS_DROP_IN.parent.mkdir(exist_ok=True)
        replace(KEYS_DROP_IN, settings)

    def root_gets_in(self):
        done = run("ssh", "-F", "none", "-i", self.key, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
                   "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=60", "root@127.0.0.1", "true",
                   status=None)
        if done.returncode and "Permission denied" not in done.stderr:
            raise Failure(f"ssh: {done.stderr}")
        return done.returncode == 0

    def findings(self, result):
        """Of ssh.service alone: (account or "", where, status)."""
        found = []
        for finding in result["findings"]:
            account, _, where = finding["subject"].partition("/")
            instance, named, scope = where.partition(": ")
            if named and instance in self.others:
                continue
            found.append((account, scope if named and instance == "ssh.service" else where, finding["status"]))
        return found

    def verdicts(self):
        """What is not a pass, once both looked."""
        result = side_by_side()["ssh.root-login"]
        bad = [f for f in self.findings(result) if f[2] != "pass"]
        if not bad and not result["counts"].get("pass"):
            raise Failure(f"nothing passes: {result}")
        return sorted(bad)

    @staticmethod
    def itself(user="root", address="203.0.113.9"):
        """What sshd says of such a connection."""
        text = run("/usr/sbin/sshd", "-T", "-C", f"user={user},host=h.example,addr={address}").stdout
        value = dict(line.split(" ", 1) for line in text.splitlines() if " " in line)["permitrootlogin"]
        return "prohibit-password" if value == "without-password" else value

    def must_be(self, *wanted, gets_in=None):
        found = self.verdicts()
        if found != sorted(wanted):
            raise Failure(f"ssh.root-login is not a pass in {found}; wanted {sorted(wanted)}")
        if gets_in is not None and self.root_gets_in() != gets_in:
            raise Failure(f"root {'does not get' if gets_in else 'gets'} in")


def drop_in(text):
    DROP_IN.parent.mkdir(exist_ok=True)
    replace(DROP_IN, text)


def ssh_stock(sshd):
    value = sshd.itself()
    sshd.must_be(*([] if value == "no" else [("user:root", "everywhere", "fail")]))
    return f"sshd says {value}"


def ssh_no(sshd):
    drop_in("PermitRootLogin no\n")
    reload_sshd()
    if sshd.itself() != "no":
        raise Failure("sshd itself does not take the drop-in: is there an Include in sshd_config?")
    sshd.must_be(gets_in=False)
    drop_in("PermitRootLogin prohibit-password\n")
    reload_sshd()
    sshd.must_be(("user:root", "everywhere", "fail"), gets_in=True)


def ssh_not_reloaded(sshd):
    """The value on disk is judged; that sshd has not read it is an error of its own."""
    drop_in("PermitRootLogin yes\n")
    reload_sshd()
    drop_in("PermitRootLogin no\n")
    sshd.must_be(("service:ssh", "in-force", "error"), gets_in=True)
    reload_sshd()
    sshd.must_be(gets_in=False)
    drop_in("PermitRootLogin yes\n")
    sshd.must_be(("service:ssh", "in-force", "error"), ("user:root", "everywhere", "fail"), gets_in=False)
    drop_in("PermitRootLogin no\n# the same again\n")
    sshd.must_be(("service:ssh", "in-force", "error"))
    reload_sshd()
    sshd.must_be(gets_in=False)


def ssh_first_wins(sshd):
    """A later file cannot loosen; an earlier one does."""
    later = DROP_IN.with_name("zz-bioagent-inside.conf")
    earlier = DROP_IN.with_name("00-aa-bioagent-inside.conf")
    replace(later, "PermitRootLogin yes\n")
    reload_sshd()
    sshd.must_be()
    later.unlink()
    replace(earlier, "permitrootlogin=forced-commands-only\n")
    reload_sshd()
    if sshd.itself() != "forced-commands-only":
        raise Failure(f"sshd itself says {sshd.itself()}")
    sshd.must_be(("user:root", "everywhere", "fail"))
    earlier.unlink()
    reload_sshd()
    sshd.must_be()


def ssh_match(sshd):
    drop_in("PermitRootLogin no\nMatch Address 127.0.0.0/8\n    PermitRootLogin yes\n")
    reload_sshd()
    if (sshd.itself(address="127.0.0.1"), sshd.itself()) != ("yes", "no"):
        raise Failure("sshd itself does not tell the addresses apart")
    if not sshd.root_gets_in():
        raise Failure("root does not get in from there")
    found = sshd.verdicts()
    if len(found) != 1 or found[0][2] != "fail" or "127.0.0.0/8" not in found[0][1]:
        raise Failure(f"not a pass in {found}")
    where = found[0][1]
    drop_in("Match Address 127.0.0.0/8\n    PermitRootLogin no\n")
    reload_sshd()
    sshd.must_be(("user:root", "elsewhere", "fail"), gets_in=False)
    return where


def ssh_other_account(sshd):
    """PermitRootLogin is about uid 0, whatever the account is called."""
    drop_in(f"PermitRootLogin no\nMatch User {OTHER}\n    PermitRootLogin yes\n")
    reload_sshd()
    if (sshd.itself(OTHER), sshd.itself()) != ("yes", "no"):
        raise Failure("sshd itself does not tell the accounts apart")
    found = sshd.verdicts()
    if [(account, status) for account, _, status in found] != [(f"user:{OTHER}", "fail")]:
        raise Failure(f"not a pass in {found}")
    drop_in("PermitRootLogin no\n")
    reload_sshd()
    sshd.must_be()


def ssh_arguments(sshd):
    """A unit's own arguments come before every file."""
    replace(DEFAULTS, "SSHD_OPTS='-o PermitRootLogin=yes'\n")
    drop_in("PermitRootLogin no\n")
    run("systemctl", "restart", "ssh.service")
    found = sshd.verdicts()
    if ("user:root", "everywhere", "fail") not in found or not sshd.root_gets_in():
        raise Failure(f"not a pass in {found}")


def ssh_by_socket(sshd):
    """Where a socket listens and no sshd runs, what is on disk is what the first connection starts; that one stays."""
    drop_in("PermitRootLogin no\n")
    run("systemctl", "stop", "ssh.service")
    run("systemctl", "start", "ssh.socket")
    try:
        sshd.must_be()
        drop_in("PermitRootLogin yes\n")
        sshd.must_be(("user:root", "everywhere", "fail"), gets_in=True)
        drop_in("PermitRootLogin no\n")
        sshd.must_be(("service:ssh", "in-force", "error"), gets_in=True)
        run("systemctl", "stop", "ssh.service")
        run("systemctl", "start", "ssh.socket")
        sshd.must_be(gets_in=False)
    finally:
        run("systemctl", "stop", "ssh.socket")
        run("systemctl", "start", "ssh.service")


def ssh_does_not_start(sshd):
    """With such a line sshd does not start: no verdict is a pass."""
    drop_in("PermitRootLogin no\nNoSuchKeyword yes\n")
    done = run("/usr/sbin/sshd", "-t", status=None)
    if done.returncode == 0:
        raise Failure("sshd itself takes it")
    found = sshd.verdicts()
    if ("user:root", "everywhere", "error") not in found:
        raise Failure(f"not a pass in {found}")


def test_ssh(report, keep):
    saved = Saved(keep, SSHD_CONFIG, DROP_IN.parent, DEFAULTS)
    sshd = Sshd()

    def restore():
        remove(LOGIN)
        saved.restore()
        run("systemctl", "restart", "ssh.service")
        ssh_stock(sshd)

    report.case("ssh.root-login as this host is", ssh_stock, sshd)
    try:
        sshd.prepare_login()
        report.case("ssh.root-login with \"no\" in a drop-in, sshd reloaded", ssh_no, sshd)
        report.case("ssh.root-login edited and not reloaded", ssh_not_reloaded, sshd)
        report.case("ssh.root-login: the first value wins, however it is written", ssh_first_wins, sshd)
        report.case("ssh.root-login in Match blocks", ssh_match, sshd)
        report.case("ssh.root-login where a socket listens", ssh_by_socket, sshd)
        report.case("ssh.root-login in the unit's arguments", ssh_arguments, sshd)
        saved.restore()
        run("systemctl", "restart", "ssh.service")
        report.case("ssh.root-login where sshd would not start", ssh_does_not_start, sshd)
    finally:
        report.case("ssh.root-login, all put back", restore)


# --- accounts --------------------------------------------------------------------------------------------------------------


def accounts_stock():
    must_be(side_by_side()["accounts.uid0"], "pass", "user:root")


def another_root():
    run("useradd", "--non-unique", "--uid", "0", "--gid", "0", "--no-create-home", "--home-dir", "/nonexistent", OTHER)
    result = side_by_side()["accounts.uid0"]
    must_be(result, "fail", f"user:{OTHER}")
    if subjects(result, "fail") != [f"user:{OTHER}"]:
        raise Failure(f"fail about {subjects(result, 'fail')}")


def test_accounts(report, keep):
    saved = Saved(keep, *ACCOUNTS)

    def restore():
        saved.restore()
        accounts_stock()

    if not report.case("accounts.uid0 as this host is", accounts_stock):
        return
    try:
        if report.case("accounts.uid0 with a second account of uid 0", another_root):
            ssh = Saved(keep, SSHD_CONFIG, DROP_IN.parent)
            try:
                report.case("ssh.root-login for that account", ssh_other_account, Sshd())
            finally:
                ssh.restore()
                reload_sshd()
    finally:
        report.case("accounts.uid0, all put back", restore)


# --- audit -----------------------------------------------------------------------------------------------------------------


def audit_status():
    """What the kernel says."""
    return dict(line.split(" ", 1) for line in run("auditctl", "-s").stdout.splitlines() if " " in line)


def audit_must_be(*failing):
    """Exactly these findings fail, all others pass."""
    result = side_by_side()["audit.enabled"]
    must_be(result, "fail" if failing else "pass")
    if sorted(subjects(result, "fail")) != sorted(failing) or subjects(result, "error"):
        raise Failure(f"fail about {subjects(result, 'fail')}, error about {subjects(result, 'error')}; wanted {sorted(failing)}")


def audit_stock():
    audit_must_be()
    return f"the kernel says enabled {audit_status()['enabled']}, pid {audit_status()['pid']}"


def audit_off():
    run("auditctl", "-e", "0")
    audit_must_be("kernel:audit")
    run("auditctl", "-e", "1")
    audit_must_be()


def stop_auditd():
    """Its unit refuses to be stopped by hand."""
    os.kill(int(audit_status()["pid"]), signal.SIGTERM)
    wait_until("auditd to end", 60, lambda: show("auditd.service", "ActiveState") in ("inactive", "failed"))


def auditd_stopped():
    stop_auditd()
    run("auditctl", "-e", "1")
    audit_must_be("process:auditd")
    start_auditd()
    audit_must_be()


def auditd_killed():
    """The kernel's pid of a process that is gone is nobody's, whatever the kernel says; the manager starts it again."""
    os.kill(int(audit_status()["pid"]), signal.SIGKILL)
    wait_until("auditd to be back", 60, lambda: show("auditd.service", "ActiveState") == "active" and audit_status()["pid"] != "0")
    audit_must_be()


def auditd_disabled():
    run("systemctl", "disable", "auditd.service")
    audit_must_be("unit:auditd.service")
    run("systemctl", "enable", "auditd.service")
    audit_must_be()


def auditd_masked():
    run("systemctl", "mask", "auditd.service")
    audit_must_be("unit:auditd.service")
    run("systemctl", "unmask", "auditd.service")
    audit_must_be()


def journald_restarted():
    """Debian 12's journald switches audit off when it starts, 13's does not; what the kernel then says is judged."""
    run("systemctl", "restart", "systemd-journald.service")
    time.sleep(2)
    enabled = audit_status()["enabled"]
    wanted = {"debian 12": "0", "debian 13": "1"}.get(release(), enabled)
    if enabled != wanted:
        raise Failure(f"on {release()} the kernel says enabled {enabled}")
    audit_must_be(*(["kernel:audit"] if enabled == "0" else []))
    run("auditctl", "-e", "1")
    audit_must_be()
    return f"on {release()} the kernel said enabled {enabled}"


def start_auditd():
    run("systemctl", "start", "auditd.service")
    wait_until("auditd", 60, lambda: audit_status()["pid"] != "0")


def test_audit(report):
    def restore():
        run("systemctl", "unmask", "auditd.service")
        run("systemctl", "enable", "auditd.service")
        start_auditd()
        run("auditctl", "-e", "1")
        audit_must_be()

    if not report.case("audit.enabled as this host is", audit_stock):
        return
    try:
        report.case("audit.enabled with the kernel's flag off", audit_off)
        report.case("audit.enabled with auditd stopped", auditd_stopped)
        report.case("audit.enabled with auditd killed and started again", auditd_killed)
        report.case("audit.enabled with auditd disabled", auditd_disabled)
        report.case("audit.enabled with auditd masked", auditd_masked)
        report.case("audit.enabled after a restart of journald", journald_restarted)
    finally:
        report.case("audit.enabled, all put back", restore)


def test(report, keep):
    test_accounts(report, keep / "accounts")
    test_ssh(report, keep / "ssh")
    test_audit(report)
