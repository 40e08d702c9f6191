# SPDX-License-Identifier: EUPL-1.2
"""The kernel's audit rules: what bioagent reads of them beside what auditctl prints, and audit.loaded where rules.d and the kernel
differ. Rules are generated; each has a condition that nothing here meets, so that none floods the log."""
import json
import pathlib
import random

from agent import by_hand, must_be, side_by_side, subjects
from host import Failure, Saved, replace, run

DIRECTORY = pathlib.Path("/etc/audit/rules.d")
FILE = DIRECTORY / "50-bioagent-inside.rules"
AGAIN = pathlib.Path("/run/bioagent-inside.rules")
SEED, COUNT = 20261124, 120

CALLS = ["execve", "adjtimex,settimeofday", "chmod,fchmod,fchmodat", "mount,umount2", "init_module,finit_module,delete_module", "ptrace",
         "sethostname,setdomainname", "unlink,unlinkat,rename,renameat", "open,openat,creat,truncate", "kill", "bind", "all"]
CALLS32 = ["execve", "adjtimex,settimeofday,stime", "chmod,fchmod", "mount,umount", "socketcall", "all"]
NEVER_MET = ["uid=54321", "auid=54321", "euid=54321", "gid=54321", "pid=4000000", "ppid=4000000", "sessionid=54321"]
CONDITIONS = ["auid>=1000", "auid!=unset", "auid!=-1", "auid!=4294967295", "uid!=0", "uid<=999", "euid=0", "fsuid>5", "exit=-EACCES",
              "exit=-13", "exit=-EPERM", "exit!=0", "success=1", "success=0", "a0=1", "a1&0x40", "a2&=8", "a3!=0x100", "gid=0",
              "devmajor=8", "inode=5", "pers=8", "sessionid!=unset", "filetype=dir"]
COMPARED = ["uid!=euid", "auid!=obj_uid", "gid!=egid", "suid=euid", "fsgid=sgid", "uid=obj_uid"]
FILES = ["path=/etc/passwd", "path=/etc/shadow", "path=/nothing/there", "dir=/etc/ssh", "dir=/etc/audit", "dir=/opt/"]
WATCHED = ["/etc/passwd", "/etc/group", "/etc/sudoers", "/etc/ssh/", "/etc/audit", "/etc/pam.d/", "/etc/nothing", "/var/log/wtmp",
           "/etc/localtime", "/usr/bin/sudo"]
KEYS = ["identity", "time-change", "k", "privileged_use", "x" * 120, "10.2.5.b", "a=b"]
TYPES = ["msgtype=CWD", "msgtype=1307", "msgtype=EOE", "msgtype=CRYPTO_KEY_USER"]
FILE_SYSTEMS = ["fstype=debugfs", "fstype=tracefs"]


def syscall_rule(r):
    machine = r.choice(["b64", "b64", "b32"])
    words = [r.choice(["-a", "-a", "-a", "-A"]), r.choice(["always,exit", "always,exit", "exit,always", "never,exit"])]
    words += ["-F", f"arch={machine}"]
    if r.random() < 0.3:
        words += ["-F", r.choice(FILES), "-F", f"perm={r.choice(['wa', 'r', 'x', 'rwxa'])}"]
    else:
        words += ["-S", r.choice(CALLS if machine == "b64" else CALLS32)]
    words += ["-F", r.choice(NEVER_MET)]
    for condition in r.sample(CONDITIONS, r.randint(0, 3)):
        words += ["-F", condition]
    if r.random() < 0.15:
        words += ["-C", r.choice(COMPARED)]
    for key in r.sample(KEYS, r.choice([0, 1, 1, 1, 2])):
        words += ["-k", key]
    return " ".join(words)


def watch(r):
    words = ["-w", r.choice(WATCHED)]
    if r.random() < 0.8:
        words += ["-p", r.choice(["wa", "r", "x", "a", "rwxa"])]
    if r.random() < 0.8:
        words += ["-k", r.choice(KEYS)]
    return " ".join(words)


def other(r):
    return r.choice([f"-a always,exclude -F {r.choice(TYPES)}", f"-a never,user -F {r.choice(NEVER_MET)}",
                     f"-a never,filesystem -F {r.choice(FILE_SYSTEMS)}", f"-a always,user -F {r.choice(NEVER_MET)} -k {r.choice(KEYS)}",
                     f"-a never,task -F {r.choice(NEVER_MET[:4])}", f"-a always,exclude -F {r.choice(TYPES)} -F {r.choice(NEVER_MET)}"])


def generated():
    r = random.Random(SEED)
    kinds = [syscall_rule, syscall_rule, syscall_rule, watch, watch, other]
    return [r.choice(kinds)(r) for _ in range(COUNT)]


def clear():
    run("auditctl", "-D")


def printed():
    """auditctl -l, a line a rule, in the kernel's order."""
    return [line for line in run("auditctl", "-l").stdout.splitlines() if line != "No rules"]


def read():
    """The same rules, as bioagent reads and words them."""
    fact = json.loads(run("bioagent", "facts", "audit", "--format", "json").stdout)
    loaded = fact["value"]["rules"]["value"]["loaded"]
    if "state" in loaded:
        raise Failure(f"not known: {loaded}")
    return [node["value"] for node in loaded["value"]]


def load(lines):
    """Each alone; the number that auditctl takes. What it refuses, or has already, is no rule."""
    taken = 0
    for line in lines:
        taken += run("auditctl", *line.split(), status=None).returncode == 0
    return taken


def words(line):
    """The order of conditions means nothing, nor does a slash behind a directory."""
    first, *rest = (" " + line).split(" -")[1:]
    return [first.rstrip("/"), *sorted(word.rstrip("/") if word.startswith("F dir=") else word for word in rest)]


def as_auditctl_prints():
    """What bioagent reads of the kernel's rules is, loaded again, what auditctl prints of them."""
    lines = generated()
    clear()
    taken = load(lines)
    before, ours = printed(), read()
    if not taken or len(before) != taken or len(ours) != taken:
        raise Failure(f"{taken} rules were loaded; auditctl prints {len(before)}, bioagent reads {len(ours)}")
    clear()
    AGAIN.write_text("".join(line + "\n" for line in ours))
    AGAIN.chmod(0o600)
    try:
        run("auditctl", "-R", AGAIN)
    finally:
        AGAIN.unlink()
    after = printed()
    wrong = [f"{b}\n  as read:   {o}\n  and again: {a}" for b, o, a in zip(before, ours, after) if words(b) != words(a)]
    if wrong or len(after) != len(before):
        raise Failure(f"{len(wrong)} of {len(before)} differ, {len(after)} after loading again:\n" + "\n".join(wrong[:10]))
    if read() != ours:
        raise Failure("what is loaded again is read otherwise")
    return f"{taken} rules of {len(lines)} lines, seed {SEED}"


def lay_down(lines):
    replace(FILE, "".join(line + "\n" for line in lines), 0o640)
    return run("augenrules", "--load", status=None)


def loaded_passes():
    """Generated rules by way of rules.d: all of them are found in the kernel, and none is left over."""
    clear()
    lines = [line for line in generated() if run("auditctl", *line.split(), status=None).returncode == 0]
    order = [line for line in lines if not line.startswith("-a never") and "exclude" not in line and "never,exit" not in line]
    lay_down(order)
    result = side_by_side()["audit.loaded"]
    must_be(result, "pass")
    if len(result["findings"]) < min(len(printed()), 1):
        raise Failure(f"{len(result['findings'])} findings about {len(printed())} rules")
    return f"{len(order)} rules"


def one_removed():
    """Of three that are laid down the kernel lacks one."""
    lay_down(["-w /etc/passwd -p wa -k identity", "-w /etc/group -p wa -k identity", "-w /etc/shadow -p wa -k identity"])
    must_be(side_by_side()["audit.loaded"], "pass")
    run("auditctl", "-W", "/etc/group", "-p", "wa", "-k", "identity")
    result = side_by_side()["audit.loaded"]
    must_be(result, "fail")
    wrong = subjects(result, "fail")
    if len(wrong) != 1 or "/etc/group" not in wrong[0]:
        raise Failure(f"fail about {wrong}")


def behind_a_never():
    """All are there, and one before them, loaded by hand, leaves everything out."""
    lay_down(["-w /etc/passwd -p wa -k identity", "-w /etc/shadow -p wa -k identity"])
    run("auditctl", "-A", "never,exit", "-S", "all")
    result = side_by_side()["audit.loaded"]
    must_be(result, "fail")
    if len(subjects(result, "fail")) != 2:
        raise Failure(f"fail about {subjects(result, 'fail')}")


def loaded_up_to():
    """auditctl stops at the first line that it cannot load."""
    done = lay_down(["-w /etc/passwd -p wa -k identity", "-a always,exit -F arch=b64 -S nosuchcall -k x",
                     "-w /etc/shadow -p wa -k identity"])
    kernel = printed()
    if len(kernel) != 1:
        raise Failure(f"the kernel has {kernel}; augenrules: {done.stdout}{done.stderr}")
    result = by_hand("audit.loaded")["audit.loaded"]
    must_be(result, "fail")
    wrong = subjects(result, "fail")
    if not [s for s in wrong if "/etc/shadow" in s] or [s for s in wrong if "/etc/passwd" in s]:
        raise Failure(f"fail about {wrong}")


def more_than_laid_down():
    lay_down(["-w /etc/passwd -p wa -k identity"])
    run("auditctl", "-w", "/etc/hosts", "-p", "wa")
    must_be(side_by_side()["audit.loaded"], "pass")


def test(report, keep):
    saved = Saved(keep, DIRECTORY, DIRECTORY.parent / "audit.rules", DIRECTORY.parent / "audit.rules.prev")

    def restore():
        saved.restore()
        clear()
        run("auditctl", "-R", DIRECTORY.parent / "audit.rules", status=None)
        run("auditctl", "-e", "1")

    try:
        report.case("the kernel's rules are read as auditctl prints them", as_auditctl_prints)
        report.case("audit.loaded: generated rules by way of rules.d", loaded_passes)
        report.case("audit.loaded: one of three was removed by hand", one_removed)
        report.case("audit.loaded: behind a never that was loaded by hand", behind_a_never)
        report.case("audit.loaded: up to the first that cannot be loaded", loaded_up_to)
        report.case("audit.loaded: one more than is laid down", more_than_laid_down)
    finally:
        report.case("audit.loaded, all put back", restore)
