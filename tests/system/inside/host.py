# SPDX-License-Identifier: EUPL-1.2
"""This host: running its programs, waiting, and putting back what was changed."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import time


class Failure(Exception):
    pass


class Report:
    """Prints a line for each case, and counts."""

    def __init__(self):
        self.passed = self.failed = 0

    def case(self, name, function, *arguments):
        """Runs function(*arguments); what it returns is printed as figures. True where it held."""
        started = time.monotonic()
        try:
            figures = function(*arguments)
        except (Failure, AssertionError, OSError, KeyError, IndexError, StopIteration, ValueError,
                subprocess.SubprocessError) as error:
            self.failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
            return False
        self.passed += 1
        print(f"ok      {name} ({time.monotonic() - started:.0f} s){': ' + str(figures) if figures else ''}", flush=True)
        return True


def run(*arguments, status=0, text=None, seconds=300, directory=None):
    """Runs a program; `status`: what it must end with, or None. Its output, as text, is in .stdout and .stderr."""
    done = subprocess.run([str(a) for a in arguments], capture_output=True, cwd=directory, timeout=seconds, encoding="utf-8",
                          errors="replace", **({"input": text} if text is not None else {"stdin": subprocess.DEVNULL}))
    if status is not None and done.returncode != status:
        raise Failure(f"{' '.join(map(str, arguments))[:200]}: status {done.returncode}, not {status}\n{done.stdout}{done.stderr}")
    return done


def show(unit, *properties):
    """What the service manager says of a unit: one value, or a list of them in the order asked."""
    lines = run("systemctl", "show", unit, *(f"--property={p}" for p in properties)).stdout.splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    found = [values[p] for p in properties]
    return found[0] if len(found) == 1 else found


def wait_until(what, seconds, condition, step=0.2):
    """The first true value of condition(); a Failure naming `what` after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s in vain for {what}")
        time.sleep(step)


def release():
    """VERSION_ID of this host, as "12"."""
    lines = pathlib.Path("/etc/os-release").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return values["ID"].strip('"') + " " + values.get("VERSION_ID", "").strip('"')


class Journal:
    """What units said since this was made. (By time: journalctl of Debian 12 leaves out the first entry after a cursor that its
    other conditions do not choose.)"""

    def __init__(self):
        run("journalctl", "--sync")
        self.since = time.time()

    def lines(self, unit):
        run("journalctl", "--sync")
        done = run("journalctl", f"--since=@{self.since:.6f}", f"--unit={unit}", "-o", "cat", "-q", status=None)
        if done.returncode and "No data available" not in done.stderr:  # a pattern of units of which none ever said anything
            raise Failure(f"journalctl --unit={unit}: {done.stderr}")
        return done.stdout.splitlines()


class Saved:
    """Paths as they were: files, directories and links, with owners and modes; what was absent is absent again."""

    def __init__(self, keep, *paths):
        self.keep = pathlib.Path(keep)
        self.paths = [pathlib.Path(p) for p in paths]
        for path in self.paths:
            self.copy(path, self.kept(path))

    def kept(self, path):
        return self.keep / str(path).strip("/").replace("/", "_")

    @staticmethod
    def copy(source, target):
        if source.is_dir() and not source.is_symlink():
            target.mkdir()
            for entry in source.iterdir():
                Saved.copy(entry, target / entry.name)
        elif source.exists() or source.is_symlink():
            shutil.copy2(source, target, follow_symlinks=False)
        else:
            return
        status = os.lstat(source)
        os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)
        if not target.is_symlink():
            os.chmod(target, status.st_mode & 0o7777)

    def restore(self):
        for path in self.paths:
            kept = self.kept(path)
            if kept.is_dir() and not kept.is_symlink():
                for entry in set(os.listdir(path)) - set(os.listdir(kept)):
                    remove(path / entry)
                for entry in kept.iterdir():
                    self.put(entry, path / entry.name)
            elif kept.exists() or kept.is_symlink():
                self.put(kept, path)
            else:
                remove(path)

    @staticmethod
    def put(kept, path):
        if kept.is_dir() and not kept.is_symlink():
            remove(path)
            Saved.copy(kept, path)
            return
        new = path.with_name(path.name + ".inside-new")
        Saved.copy(kept, new)
        os.rename(new, path)


def remove(path):
    """Whatever is there, if anything is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def replace(path, text, mode=0o644):
    """A file with this content, renamed into place as an editor does."""
    new = path.with_name(path.name + ".inside-new")
    new.write_text(text)
    os.chmod(new, mode)
    os.rename(new, path)
