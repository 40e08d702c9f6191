# SPDX-License-Identifier: EUPL-1.2
"""Figures of the units: exposure as systemd counts it, and memory at rest."""
import pathlib
import re
import time

from agent import audit, main_pid
from host import Failure, run

MEMORY_MOST = 8 * 1024  # KiB
INSTANCES = ["bioagent.service", "bioagent-observe@inside.service", "bioagent-probe@inside.service", "bioagent-ship.service",
             "bioagent-collector-records.service", "bioagent-collector-est.service", "bioagent-collector-web.service"]


def exposure():
    found = []
    for unit in INSTANCES:
        text = run("systemd-analyze", "security", "--no-pager", unit).stdout
        found.append(f"{unit.replace('@inside', '@').removesuffix('.service')} "
                     f"{re.search(r'exposure level for .*: ([0-9.]+)', text).group(1)}")
    return ", ".join(found)


def memory():
    """Proportional set size of the daemon, some seconds after a run."""
    audit()
    time.sleep(5)
    text = pathlib.Path(f"/proc/{main_pid()}/smaps_rollup").read_text()
    pss = int(re.search(r"^Pss:\s+([0-9]+) kB", text, re.M).group(1))
    if pss >= MEMORY_MOST:
        raise Failure(f"{pss} KiB, at most {MEMORY_MOST}")
    return f"PSS {pss} KiB"


def test(report):
    report.case("exposure (systemd-analyze security)", exposure)
    report.case("the daemon at rest takes less than 8 MiB", memory)
