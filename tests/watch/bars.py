#!/usr/bin/env python3
"""Measures `tierline watch` where it could lose, repeat or misjudge uploads. Needs minutes, so it is no part of the test suite.

    bars.py PROGRAM all                            each of the following, and with --poll and --no-inotify where that matters
    bars.py PROGRAM kills [--bundles 1000] [--kills 100] [--poll | --no-inotify]
    bars.py PROGRAM flood [--files 20000] [--poll | --no-inotify]
    bars.py PROGRAM full [--bundles 60] [--steps 80]      needs root: mounts a small tmpfs
    bars.py PROGRAM soak [--bundles 10000] [--kills 20]

kills: bundles come in all ways (slowly with pauses, resumed, renamed, replaced while they are read, marked, twice, cut off, hostile,
under names that are too long or in the way of a report) while the program is killed with SIGKILL at random points. Counts what was
lost, read twice, read while it was incomplete, has no report or that of another content, and bad ones without a reason; the store is
checked after each kill.
flood: files are created at once, more than the queue of inotify holds. Prints after how long all are found.
full: the disk with the folder and the store fills up again and again, then with 0, 1, 2, ... pages left, so that one write after the
other fails. Counts the same as kills.
soak: many small bundles. Prints memory and open files of the program, which have to stay the same from the 1,000th bundle on; then it
is killed again and again, and the store checked.

The last line of each is "met" or "NOT MET: " with the reasons, and the exit code 0 or 1.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile

SETTLE = 0.5


class Desk:
    def __init__(self, program, folder, poll, no_inotify):
        self.program, self.folder, self.poll, self.no_inotify = program, pathlib.Path(folder), poll, no_inotify
        self.root, self.store = self.folder / "in", self.folder / "store.db"
        self.root.mkdir(exist_ok=True)
        self.errors = open(self.folder / "errors.txt", "ab")

    def command(self, *more):
        words = [self.program, "watch", str(self.root), "--store", str(self.store), "--settle", str(SETTLE), "--no-packs"]
        words += (["--poll"] if self.poll else []) + list(more)
        if self.no_inotify:
            script = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"'
            words = ["unshare", "-Ur", "sh", "-c", script, "sh"] + words
        return words

    def start(self, *more):
        return subprocess.Popen(self.command(*more), stdout=subprocess.DEVNULL, stderr=self.errors)

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        return process.wait(60)

    def cases(self):
        listed = subprocess.run([self.program, "case", "list", "--store", str(self.store), "-o", "json"], capture_output=True)
        return json.loads(listed.stdout)

    def bundles(self):
        return [(case["customer"], it["sha256"], it["path"]) for case in self.cases() for it in case["bundles"]]

    def uploads(self):
        """What the store knows of each path: its state, and where its report is."""
        with sqlite3.connect(self.store) as db:
            rows = db.execute("SELECT path, state, report, reason FROM uploads")
            return {os.fsdecode(path): (state, report, reason) for path, state, report, reason in rows}

    def is_whole(self):
        with sqlite3.connect(self.store) as db:
            return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    def pulse(self):
        try:
            return json.loads((self.folder / "store.db.watch.json").read_text())
        except (OSError, ValueError):
            return {}


def log(number, lines=40):
    return "".join(f"2026-01-02 03:{i % 60:02}:05 ERROR failure number {number} of part {i}\n" for i in range(lines)).encode()


def packed(number, kind):
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{number}/app.log", log(number))
    elif kind == "tar.gz":
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            info = tarfile.TarInfo("app.log")
            info.size = len(log(number))
            archive.addfile(info, io.BytesIO(log(number)))
    elif kind == "gz":
        out.write(gzip.compress(log(number), mtime=0))
    else:
        out.write(log(number))
    return out.getvalue()


def hostile(number, chance):
    """A hostile content: its ending, whether it can be read, and the bytes."""
    which = chance.randrange(4)
    if which == 0:
        return "zip", False, chance.randbytes(5000)
    if which == 1:
        whole = bytearray(packed(number, "gz"))
        middle = len(whole) // 2
        whole[middle : middle + 20] = bytes(20)
        return "gz", False, bytes(whole)
    if which == 2:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(f"../../../../tmp/evil-{number}.log", log(number))
        return "zip", True, out.getvalue()
    return "gz", True, gzip.compress(bytes(30 << 20) + str(number).encode(), mtime=0)


class Uploads:
    """Uploads in all ways; remembers what has to become of each."""

    def __init__(self, root, bundles, seed, hurry):
        self.root, self.bundles, self.chance, self.hurry = root, bundles, random.Random(seed), hurry
        self.wanted, self.bad, self.complete, self.uploaded = {}, {}, set(), 0

    def customer(self, path):
        parts = path.relative_to(self.root).parts
        return parts[0] if len(parts) > 1 else "unassigned"

    def whole(self, path, content):
        self.complete.add((self.customer(path), hashlib.sha256(content).hexdigest()))

    def pause(self, most):
        time.sleep(self.chance.random() * most * self.hurry)

    def upload(self, number):
        chance = self.chance
        kind = chance.choice(["zip", "tar.gz", "gz", "log"])
        folder = self.root / chance.choice([".", "acme", "bolt", f"c{number % 20}"])
        folder.mkdir(exist_ok=True)
        path, content = folder / f"{number}.{kind}", packed(number, kind)
        way = chance.choice(["slow", "rename", "replace", "mark", "twice", "cut", "hostile", "resume", "name", "taken"])
        if way == "hostile":
            kind, is_good, content = hostile(number, chance)
            path = folder / f"{number}.{kind}"
            path.write_bytes(content)
            (self.wanted if is_good else self.bad)[path] = content
            if is_good:
                self.whole(path, content)
            return
        if way == "cut":
            if kind == "log":
                path = path.with_suffix(".zip")
                content = packed(number, "zip")
            content = content[: len(content) * 2 // 3]
            path.write_bytes(content)
            self.bad[path] = content
            return
        if way == "name":
            # With that of the report's folder it would be too long.
            path = path.with_name("n" * (255 - len(path.name)) + path.name)
        self.whole(path, content)
        self.wanted[path] = content
        if way == "taken":
            # A file that has the name which its report should have.
            taken = path.with_name(path.name + ".tierline")
            taken.write_bytes(log(number + 2_000_000))
            self.whole(taken, log(number + 2_000_000))
            self.wanted[taken] = log(number + 2_000_000)
        if way in ("slow", "resume"):
            # Who has a file open is known; who resumes an upload of plain text cannot be.
            parts = chance.randrange(2, 5)
            size = len(content) // parts + 1
            pieces = [content[at : at + size] for at in range(0, len(content), size)]
            if way == "slow":
                with open(path, "wb") as file:
                    for piece in pieces:
                        file.write(piece)
                        file.flush()
                        # Without events nobody knows of it.
                        self.pause(0.3 if kind == "log" else 2)
            else:
                for number, piece in enumerate(pieces):
                    with open(path, "ab" if number else "wb") as file:
                        file.write(piece)
                    self.pause(0.2 if kind == "log" else 2)
        elif way == "rename":
            part = path.with_name(path.name + chance.choice([".part", ".tmp", ".filepart", ".crdownload"]))
            part.write_bytes(content[: len(content) // 2])
            self.pause(1)
            with open(part, "ab") as file:
                file.write(content[len(content) // 2 :])
            part.rename(path)
        elif way == "replace":
            first = packed(number + 1_000_000, kind)
            self.whole(path, first)
            path.write_bytes(first)
            self.pause(1.5)
            new = path.with_name("." + path.name)
            new.write_bytes(content)
            new.rename(path)
        elif way == "mark":
            path.write_bytes(content)
            path.with_name(path.name + ".done").touch()
        elif way in ("name", "taken"):
            path.write_bytes(content)
        else:
            path.write_bytes(content)
            again = path.with_name(f"{path.name.split('.')[0]}-again.{kind}")
            again.write_bytes(content)
            self.wanted[again] = content

    def run(self):
        for number in range(self.bundles):
            self.upload(number)
            self.uploaded += 1


def verdict(**misses):
    """Prints what was missed; true if nothing was."""
    misses = {name.replace("_", " "): count for name, count in misses.items()}
    print(", ".join(f"{name}: {count}" for name, count in misses.items()))
    wrong = [f"{name} ({count})" for name, count in misses.items() if count]
    print("met" if not wrong else f"NOT MET: {', '.join(wrong)}")
    return not wrong


def report_of(upload):
    """The content that a report speaks of."""
    try:
        return json.loads((pathlib.Path(upload[1]) / "report.json").read_text())["inputs"][0]["sha256"]
    except (OSError, ValueError, TypeError):
        return None


def check(desk, uploads, **more):
    filed = [(customer, sha256) for customer, sha256, _ in desk.bundles()]
    known = desk.uploads()
    wanted = {(uploads.customer(path), hashlib.sha256(content).hexdigest()) for path, content in uploads.wanted.items()}
    no_report, other_report, misjudged, no_reason = 0, 0, 0, 0
    for path, content in uploads.wanted.items():
        upload = known.get(str(path), (None, None, None))
        reported = report_of(upload)
        no_report += reported is None
        other_report += reported not in (None, hashlib.sha256(content).hexdigest())
        misjudged += upload[0] not in ("done", "same") or (pathlib.Path(upload[1]) / "quarantined.txt").exists()
    for path in uploads.bad:
        state, report, reason = known.get(str(path), (None, None, None))
        try:
            told = (pathlib.Path(report) / "quarantined.txt").read_text()
        except (OSError, TypeError):
            told = ""
        no_reason += state != "quarantined" or not reason or not told.startswith(reason)
    print(f"files wanted {len(uploads.wanted)}, contents wanted {len(wanted)}, filed {len(filed)}, bad {len(uploads.bad)}")
    return verdict(
        lost=len(wanted - set(filed)),
        read_twice=len(filed) - len(set(filed)),
        read_while_incomplete=len(set(filed) - uploads.complete),
        without_report=no_report,
        with_the_report_of_another_content=other_report,
        bad_without_a_reason=no_reason,
        good_but_given_up=misjudged,
        leftovers=sum(1 for _ in desk.root.rglob(".tierline-*")),
        store_not_whole=int(not desk.is_whole()),
        **more,
    )


def settle(desk, uploads, limit):
    process, start = desk.start(), time.time()
    wanted = {(uploads.customer(path), hashlib.sha256(content).hexdigest()) for path, content in uploads.wanted.items()}
    while time.time() - start < limit:
        time.sleep(2)
        pulse = desk.pulse()
        busy = sum(pulse.get(it, 1) for it in ("waiting", "queued", "working"))
        if busy == 0 and wanted <= {(customer, sha256) for customer, sha256, _ in desk.bundles()}:
            break
    code = desk.end(process)
    print(f"everything read {time.time() - start:.1f} s after the last start; exit code {code}")
    # What is not whole now will not be: it is given up.
    once = subprocess.run(desk.command("--once", "--give-up", "0"), capture_output=True, text=True)
    print("at the end:", once.stdout.strip())
    return code


def kills(desk, arguments):
    uploads = Uploads(desk.root, arguments.bundles, 1, arguments.hurry)
    thread, start = threading.Thread(target=uploads.run), time.time()
    thread.start()
    chance, broken = random.Random(2), 0
    for _ in range(arguments.kills):
        process = desk.start()
        time.sleep(0.2 + chance.random() * 2 * arguments.hurry)
        process.kill()
        process.wait()
        broken += not desk.is_whole()
    thread.join()
    print(f"{arguments.bundles} bundles uploaded, {arguments.kills} kills in {time.time() - start:.0f} s; store broken {broken} times")
    code = settle(desk, uploads, 900)
    not_uploaded = uploads.bundles - uploads.uploaded
    return check(desk, uploads, not_uploaded=not_uploaded, store_broken_after_a_kill=broken, exit_code=code)


def flood(desk, arguments):
    process = desk.start("--jobs", "1")
    while not desk.pulse():
        time.sleep(0.1)
    time.sleep(1)
    start = time.time()
    for number in range(arguments.files):
        with open(desk.root / f"{number}.log", "w") as file:
            file.write(f"2026-01-02 03:04:05 ERROR {number}\n")
    created = time.time() - start
    found = 0
    while time.time() - start < 300 and found < arguments.files:
        time.sleep(0.2)
        pulse = desk.pulse()
        found = sum(pulse.get(it, 0) for it in ("waiting", "queued", "working", "incomplete"))
        found += sum(pulse.get("uploads", {}).get(it, 0) for it in ("done", "same", "quarantined"))
    took = time.time() - start
    mode = pulse["folders"][0]["mode"]
    print(f"{arguments.files} files created in {created:.1f} s, all found {took:.1f} s after the first ({mode}); found {found}")
    code = desk.end(process)
    return verdict(not_found=max(0, arguments.files - found), seconds_over_60=max(0, int(took - 60)), exit_code=code)


def full(desk, arguments):
    uploads = Uploads(desk.root, arguments.bundles, 3, arguments.hurry)
    process, chance = desk.start("--min-free", "0"), random.Random(4)
    # Where nothing can be written it does not start.
    while not desk.pulse() and process.poll() is None:
        time.sleep(0.1)
    filler = desk.folder / "filler"

    def fill(pages):
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
            file.truncate(max(0, file.tell() - pages * 4096))

    number, rounds = 0, 0
    while number < arguments.bundles and process.poll() is None:
        for _ in range(3):
            if number < arguments.bundles:
                uploads.upload(number)
                number += 1
        time.sleep(chance.random() * SETTLE * 2)
        fill(0)
        rounds += 1
        time.sleep(1 + chance.random() * 2)
        filler.unlink()
        time.sleep(chance.random())
    # Each write fails once.
    for pages in range(arguments.steps):
        path, content = desk.root / f"step-{pages}.log", log(3_000_000 + pages)
        part = path.with_name(path.name + ".part")
        part.write_bytes(content)
        fill(pages)
        # It is read at once.
        part.rename(path)
        uploads.whole(path, content)
        uploads.wanted[path] = content
        time.sleep(1.2)
        filler.unlink()
    ended = int(process.poll() is not None)
    code = process.returncode if ended else desk.end(process)
    print(f"the disk was full {rounds + arguments.steps} times; exit code {code}")
    settle(desk, uploads, 300)
    return check(desk, uploads, ended_by_itself=ended, exit_code=code)


def soak(desk, arguments):
    process, samples = desk.start(), []
    status = pathlib.Path(f"/proc/{process.pid}/status")

    def sample(count):
        told = dict(it.split(":", 1) for it in status.read_text().splitlines())
        memory, own = (int(told[it].split()[0]) for it in ("VmRSS", "RssAnon"))
        files = len(os.listdir(f"/proc/{process.pid}/fd"))
        samples.append((count, memory, files))
        print(f"read {count}: {memory} KiB, {own} of them its own, {files} files", flush=True)

    def upload(number):
        path = desk.root / f"c{number % 50}" / f"{number}.gz"
        path.parent.mkdir(exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(packed(number, "gz"))
        part.rename(path)

    def look():
        """Its pulse lags behind the uploads, and what counts is what it has read."""
        pulse = desk.pulse()
        read = pulse.get("read", 0)
        if read >= (samples[-1][0] + 500 if samples else 1) or samples and samples[-1][0] < read == arguments.bundles:
            sample(read)
        return read, pulse.get("queued", 0)

    start = time.time()
    for number in range(arguments.bundles):
        upload(number)
        while look()[1] > 200:
            time.sleep(0.5)
    while (read := look()[0]) < arguments.bundles and time.time() - start < 7200:
        time.sleep(0.5)
    first = next((it for it in samples if it[0] >= 1000), samples[0])
    growth = (samples[-1][1] - first[1]) / first[1] * 100
    print(f"{arguments.bundles} bundles in {time.time() - start:.0f} s; memory {growth:+.1f} % from the {first[0]}th on")
    code, chance, broken = desk.end(process), random.Random(5), 0
    for kill in range(arguments.kills):
        for number in range(20):
            upload(arguments.bundles + kill * 20 + number)
        process = desk.start()
        time.sleep(0.2 + chance.random() * 2)
        process.kill()
        process.wait()
        broken += not desk.is_whole()
    subprocess.run(desk.command("--once"), capture_output=True)
    filed = [(customer, sha256) for customer, sha256, _ in desk.bundles()]
    return verdict(
        not_read=arguments.bundles - read,
        memory_grown_over_5_percent=max(0, round(growth - 5, 1)),
        files_grown=max(0, samples[-1][2] - first[2] - 2),
        store_broken_after_a_kill=broken,
        store_not_whole=int(not desk.is_whole()),
        lost=arguments.bundles + arguments.kills * 20 - len(set(filed)),
        read_twice=len(filed) - len(set(filed)),
        exit_code=code,
    )


def every(arguments):
    """Each bar in a process of its own; true if all are met."""
    runs = [[bar, *way] for bar in ("kills", "flood") for way in ([], ["--poll"], ["--no-inotify"])] + [["full"], ["soak"]]
    missed = []
    for run in runs:
        print(f"== {' '.join(run)}", flush=True)
        if subprocess.run([sys.executable, __file__, arguments.program, *run]).returncode:
            missed.append(" ".join(run))
    print("== all met" if not missed else f"== NOT MET: {', '.join(missed)}")
    return not missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("bar", choices=["all", "kills", "flood", "full", "soak"])
    parser.add_argument("--bundles", type=int)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--steps", type=int, default=80)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--hurry", type=float, default=1.0, help="makes pauses longer or shorter")
    parser.add_argument("--poll", action="store_true")
    parser.add_argument("--no-inotify", action="store_true")
    arguments = parser.parse_args()
    if arguments.bar == "all":
        raise SystemExit(not every(arguments))
    bar = {"kills": kills, "flood": flood, "full": full, "soak": soak}[arguments.bar]
    arguments.bundles = arguments.bundles or {"kills": 1000, "full": 60, "soak": 10_000, "flood": 0}[arguments.bar]
    if arguments.kills is None:
        arguments.kills = 20 if arguments.bar == "soak" else 100
    folder = tempfile.mkdtemp(prefix="tierline-watch-")
    if arguments.bar == "full":
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], check=True)
    try:
        desk = Desk(os.path.abspath(arguments.program), folder, arguments.poll, arguments.no_inotify)
        is_met = bar(desk, arguments)
        if not is_met:
            shutil.copy(desk.folder / "errors.txt", "/tmp/tierline-watch-errors.txt")
        desk.errors.close()
    finally:
        if arguments.bar == "full":
            subprocess.run(["umount", "--lazy", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(not is_met)


main()
