# SPDX-License-Identifier: EUPL-1.2
"""The units over a reboot: enabled before it, judged after it."""
import pathlib

from agent import DAEMON, RUN_SECONDS, records, status
from host import Failure, run, show, wait_until
from units import SOCKETS, starts, verifies

MARK = pathlib.Path("/var/lib/bioagent-inside-boot")  # the number of the last record before


def prepare(report):
    def enable():
        run("systemctl", "enable", DAEMON)
        starts()
        MARK.write_text(str(status()["seq"]))

    report.case("the daemon is enabled and runs: reboot now, then --after-boot", enable)


def after(before):
    def full():
        found = [r for r in records() if r["seq"] > before]
        return found if found and found[-1]["kind"] == "full" else None

    wait_until("the daemon", RUN_SECONDS, lambda: show(DAEMON, "ActiveState") == "active")
    found = wait_until("a full record since the boot", RUN_SECONDS, full, step=1)
    kinds = [r["kind"] for r in found]
    boots = {r["boot_id"] for r in found if r["kind"] in ("stop", "start")}
    start = next(r for r in found if r["kind"] == "start")
    boot_id = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    if kinds != ["stop", "start", "full"] or len(boots) != 2 or start["boot_id"] != boot_id or start["clean"] is not True:
        raise Failure(f"since the boot there are {kinds}, of {len(boots)} boots, clean: {start['clean']}")
    for name in SOCKETS:
        if show(f"bioagent-{name}.socket", "ActiveState") != "active":
            raise Failure(f"bioagent-{name}.socket is not active")
    failed = [line for line in run("systemctl", "--failed", "--no-legend").stdout.splitlines() if "bioagent" in line]
    if failed or show(DAEMON, "NRestarts") != "0":
        raise Failure(f"failed: {failed}, restarts: {show(DAEMON, 'NRestarts')}")
    return ", ".join(kinds)


def judge(report):
    before = int(MARK.read_text())
    report.case("the daemon came back with the host, and its chain went on", after, before)
    report.case("the chain verifies", verifies)
    run("systemctl", "disable", "--now", DAEMON)
    MARK.unlink()
