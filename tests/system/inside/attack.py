# SPDX-License-Identifier: EUPL-1.2
"""Tries to read files that are to be out of reach, from whatever confinement it is started in. As JSON, in: a list of
{name, path, handle: {type, bytes}, mount, device, offset, length}; out: name → way → the content's SHA-256, or why not.

By path, through the root of another process, by handle (open_by_handle_at(2), which passes by paths), and from the raw disk."""
import ctypes
import errno
import glob
import hashlib
import json
import os
import stat
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.open_by_handle_at.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int]


def digest(content):
    return hashlib.sha256(content).hexdigest()


def contents(fd, length, offset=0):
    try:
        return os.pread(fd, length, offset)
    finally:
        os.close(fd)


def by_path(target):
    return contents(os.open(target["path"], os.O_RDONLY), target["length"])


def by_process(target):
    worst = FileNotFoundError(errno.ENOENT, "no process")
    for root in sorted(glob.glob("/proc/[0-9]*/root")):
        if root.split("/")[2] == str(os.getpid()):
            continue
        try:
            return contents(os.open(root + target["path"], os.O_RDONLY), target["length"])
        except OSError as error:
            worst = error
    raise worst


def by_handle(target):
    raw = bytes.fromhex(target["handle"]["bytes"])
    handle = len(raw).to_bytes(4, sys.byteorder) + target["handle"]["type"].to_bytes(4, sys.byteorder, signed=True) + raw
    mount = os.open(target["mount"], os.O_RDONLY | os.O_DIRECTORY)
    fd = libc.open_by_handle_at(mount, handle, os.O_RDONLY)
    error = ctypes.get_errno()
    os.close(mount)
    if fd < 0:
        raise OSError(error, os.strerror(error))
    return contents(fd, target["length"])


def by_disk(target):
    fd = os.open(target["device"], os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    return contents(fd, target["length"], target["offset"])


def disks_open():
    """How many raw disks can be opened at all."""
    count = 0
    for entry in os.scandir("/dev"):
        if stat.S_ISBLK(entry.stat(follow_symlinks=False).st_mode):
            try:
                os.close(os.open(entry.path, os.O_RDONLY))
                count += 1
            except OSError:
                pass
    return count


def attempt(way, target):
    try:
        return digest(way(target))
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def who():
    """What this process is, of /proc/self/status."""
    with open("/proc/self/status", encoding="ascii") as file:
        pairs = dict(line.rstrip("\n").split(":", 1) for line in file)
    return {k: pairs[k].split()[0] for k in ("Uid", "Gid", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")}


ways = {"path": by_path, "process": by_process, "handle": by_handle, "disk": by_disk}
answer = {t["name"]: {name: attempt(way, t) for name, way in ways.items()} for t in json.load(sys.stdin)}
print(json.dumps({"who": who(), "disks": disks_open(), "found": answer}))
