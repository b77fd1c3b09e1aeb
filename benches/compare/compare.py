#!/usr/bin/env python3
"""Measures the program against ripgrep, Hyperscan, igzip and wc, and prints the tables of README's performance section.

Builds the program, a small C program for Hyperscan and, unless --rg names one, ripgrep from crates.io; makes logs and
lists of signatures. All commands run in turn (A B C A B C ...) on a warm cache after one round that is not counted, and
the tables show medians of whole processes. First, all tools have to count the same.

On Debian: apt install python3 libhyperscan-dev isal. What is missing is left out of the tables.
"""

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # Nothing is left behind in the sources.

import corpus
import signatures
import tables

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
# A command that takes longer than this, in seconds, is measured once.
SLOW = 60


def main():
    options = read_options()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    tools = Tools(options, work)
    logs, lists = options.corpus or work / f"corpus-{options.size}", options.signatures
    if options.corpus is None:
        tell(f"logs of {options.size} MiB in {logs}")
        corpus.write(logs, options.size << 20)
    if lists is None:
        lists = work / f"signatures-{options.size}" if options.corpus is None else work / "signatures-given"
        signatures.write(lists, logs / "plain.log")
    commands = Commands(tools, logs.resolve(), lists.resolve(), work)
    check = counts(commands)
    times, peak = measure(commands.all, options.rounds, options.cpu)
    kind = "processor time (the machine was busy)" if options.cpu else "wall time"
    print(tables.page(machine(), tools.versions, commands, times, peak, check, options.rounds, kind))
    sys.exit(0 if check.agree else 1)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="256 MiB and 3 rounds")
    parser.add_argument("--size", type=int, help="MiB of log; the archives have half of it [default: 2048]")
    parser.add_argument("--rounds", type=int, help="how often each command runs [default: 5]")
    parser.add_argument("--cpu", action="store_true", help="processor time in place of wall time, for a busy machine")
    parser.add_argument("--corpus", type=Path, help="a folder with plain.log, bundle.tar.gz and bundle.zip to use")
    parser.add_argument("--signatures", type=Path, help="a folder with lists named as in signatures.py to use")
    parser.add_argument("--tierline", type=Path, help="the program, already built")
    parser.add_argument("--rg", type=Path, help="ripgrep, already installed")
    parser.add_argument("--work", type=Path, default=ROOT / "target/compare", help="where all is kept that is made")
    options = parser.parse_args()
    options.size = options.size or (256 if options.quick else 2048)
    options.rounds = options.rounds or (3 if options.quick else 5)
    return options


def tell(text):
    print(text, file=sys.stderr, flush=True)


class Tools:
    """The programs to measure; `None` for one that is not there."""

    def __init__(self, options, work):
        self.unpack = self.build(["--example", "unpack"], "examples/unpack")
        self.tierline = options.tierline or self.build(["--bin", "tierline"], "tierline")
        self.rg = options.rg or self.install_rg(work)
        self.hyperscan = self.build_hyperscan(work / "hyperscan")
        self.igzip = shutil.which("igzip")
        if self.igzip is None:
            tell("igzip is not there (Debian: isal); left out")
        known = {
            "tierline": [self.tierline, "--version"],
            "ripgrep": self.rg and [self.rg, "--version"],
            "igzip": self.igzip and [self.igzip, "--version"],
            "wc": ["wc", "--version"],
        }
        self.versions = {name: version(command) for name, command in known.items() if command}

    @staticmethod
    def build(what, path):
        tell(f"cargo build --release {' '.join(what)}")
        command = ["cargo", "build", "--release", "--locked", "--quiet", *what, "--message-format=json"]
        built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        for line in built.splitlines():
            program = json.loads(line).get("executable")
            if program and Path(program).stem == Path(path).name:
                return Path(program)
        sys.exit(f"cargo built no {path}")

    @staticmethod
    def install_rg(work):
        program = work / "rg/bin/rg"
        if not program.exists():
            tell("cargo install ripgrep")
            subprocess.run(["cargo", "install", "--locked", "--quiet", "--root", work / "rg", "ripgrep"], check=True)
        return program

    @staticmethod
    def build_hyperscan(program):
        command = ["cc", "-O2", "-o", program, HERE / "hyperscan.c", "-lhs", "-lpthread"]
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode != 0:
            tell("Hyperscan is not there (Debian: libhyperscan-dev); left out")
            return None
        return program


def version(command):
    shown = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    number = re.search(r"\d+(\.\d+)+", shown)
    return number[0] if number else "?"


class Commands:
    """All commands by name, in the order in which they run."""

    def __init__(self, tools, logs, lists, work):
        self.tools, self.all = tools, {}
        self.plain = logs / "plain.log"
        self.tar_gz, self.zip = logs / "bundle.tar.gz", logs / "bundle.zip"
        self.list = lambda name: lists / f"sig-{name}.txt"
        self.empty = work / "empty.log"
        self.empty.write_text("nothing\n")
        self.add("wc", ["wc", "-l", self.plain])
        for name in ["100", "1000", "5000", "1000-busy", "1000-ci", "5000-ci"]:
            for threads in [1, 2]:
                self.add(f"ours {name} {threads}", self.ours(self.plain, name, threads))
                self.add(f"hyperscan {name} {threads}", self.hyperscan(name, threads))
            if not name.endswith("-ci"):
                self.add(f"rg {name}", self.rg(["-c"], name, self.plain))
        for threads in [1, 2]:
            self.add(f"full {threads}", [tools.tierline, "triage", "--threads", threads, "-o", "json", self.plain])
            self.add(f"ours tar.gz {threads}", self.ours(self.tar_gz, "1000", threads))
            self.add(f"ours zip {threads}", self.ours(self.zip, "1000", threads))
            self.add(f"unpack tar.gz {threads}", [tools.unpack, threads, self.tar_gz])
            self.add(f"unpack zip {threads}", [tools.unpack, threads, self.zip])
        self.add("igzip", tools.igzip and [tools.igzip, "-dc", self.tar_gz])
        self.add("rg tar.gz", self.rg(["-c", "-z"], "1000", self.tar_gz))
        for name in ["1000", "5000"]:
            self.add(f"start {name}", self.ours(self.empty, name, 1))
        self.add("start builtin", [tools.tierline, "triage", "--threads", "1", self.empty])

    def add(self, name, command):
        if command:
            self.all[name] = [str(word) for word in command]

    def ours(self, log, name, threads):
        options = ["--threads", threads, "--patterns", self.list(name), "--no-unresolved", "-o", "json"]
        return [self.tools.tierline, "triage", *options, log]

    def rg(self, options, name, log):
        return [self.tools.rg, "--no-config", "-a", "--no-unicode", *options, "-f", self.list(name), log]

    def hyperscan(self, name, threads, *more):
        return self.tools.hyperscan and [self.tools.hyperscan, self.plain, self.list(name), threads, *more]


class Check:
    """Whether all tools count the same."""

    def __init__(self):
        self.agree, self.lines, self.matched = True, 0, {}

    def equal(self, what, **numbers):
        known = {name: number for name, number in numbers.items() if number is not None}
        shown = ", ".join(f"{name} {number:,}" for name, number in known.items())
        if len(set(known.values())) > 1:
            self.agree = False
            tell(f"NOT THE SAME: {what}: {shown}")
        else:
            tell(f"same: {what}: {shown}")


def counts(commands):
    """Pairs of signature and line are compared with Hyperscan, lines with a match with ripgrep."""
    check = Check()
    for name in ["100", "1000", "5000", "1000-busy", "1000-ci", "5000-ci"]:
        report = json.loads(output(commands.all[f"ours {name} 2"]))
        ours = sum(it["count"] for it in report["diagnoses"])
        check.lines = report["coverage"]["lines"]
        pairs, lines = None, None
        if commands.tools.hyperscan:
            shown = output([str(it) for it in commands.hyperscan(name, 2, "pairs")])
            pairs, lines = map(int, re.findall(r"(\d+) (?:pairs|lines)", shown))
        check.equal(f"pairs of signature and line, {name}", tierline=ours, hyperscan=pairs)
        if f"rg {name}" in commands.all:
            rg = int(output(commands.all[f"rg {name}"]) or 0)
            check.equal(f"lines with a match, {name}", ripgrep=rg, hyperscan=lines)
            check.matched[name] = rg / max(check.lines, 1)
    pairs_in = lambda name: sum(it["count"] for it in json.loads(output(commands.all[name]))["diagnoses"])
    check.equal("pairs in the archives", tar_gz=pairs_in("ours tar.gz 2"), zip=pairs_in("ours zip 2"))
    return check


def output(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    # 1: ripgrep found nothing. 4: a part was not examined, which the counts will show.
    if done.returncode not in (0, 1, 4):
        sys.exit(f"exit code {done.returncode}: {shlex.join(command)}")
    return done.stdout


def measure(commands, rounds, cpu):
    """Runs all commands in turn and returns their times, and the peak of anonymous memory in the round before."""
    times, peak = {name: [] for name in commands}, {}
    for number in range(rounds + 1):
        tell(f"round {number} of {rounds}")
        for name, command in commands.items():
            if number > 0 and times[name] and times[name][0] > SLOW:
                continue
            wall, processor, memory = run(command, watch=number == 0)
            if number == 0:
                peak[name] = memory
            if number > 0 or wall > SLOW:
                times[name].append(processor if cpu else wall)
    return times, peak


def run(command, watch):
    # Not a terminal and not /dev/null: some tools stop early when nobody can read what they found. But what igzip
    # unpacks is nobody's business.
    with open(os.devnull, "wb") if "igzip" in command[0] else tempfile.TemporaryFile() as sink:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.DEVNULL)
        memory, ended = 0, None
        while watch and ended is None:
            memory = max(memory, anonymous(process.pid))
            time.sleep(0.005)
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            ended = (status, usage) if pid else None
        if ended is None:
            _, *ended = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    status, usage = ended
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code not in (0, 1, 4):
        sys.exit(f"exit code {code}: {shlex.join(command)}")
    return wall, usage.ru_utime + usage.ru_stime, memory


def anonymous(pid):
    """Returns the process's memory without mapped files, in bytes."""
    try:
        found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        found = None
    return int(found[1]) * 1024 if found else 0


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} processors, {memory / 2**30:.0f} GiB"


if __name__ == "__main__":
    main()
