"""Times become the tables of README's performance section."""

import re
import statistics
import subprocess

SETS = {
    "100": "100 signatures",
    "1000": "1,000 signatures",
    "5000": "5,000 signatures",
    "1000-busy": "1,000, {busy:.0%} of the lines match",
}
CASES = {"1000": "1,000 signatures", "5000": "5,000 signatures"}


def page(machine, versions, commands, times, peak, check, rounds, kind):
    """Returns all tables in Markdown."""
    of = Medians(times, rounds)
    size = commands.plain.stat().st_size
    used = dict(versions)
    if commands.tools.hyperscan:
        used["Hyperscan"] = hyperscan_version(commands)
    tools = ", ".join(f"{name} {number}" for name, number in used.items())
    verdict = "All tools counted the same." if check.agree else "**The tools did not count the same.**"
    parts = [
        f"{machine}; {tools}. Whole processes on a warm cache, seconds of {kind}, medians of {rounds} rounds in which "
        f"all commands ran in turn. {verdict}",
        f"One log of {size / 1e9:.2f} GB, {check.lines / 1e6:.1f} million lines:",
        plain(of, check),
        "Signatures without regard to case, and more of them:",
        growth(of),
        f"Archives ({commands.tar_gz.stat().st_size / 1e6:.0f} MB and {commands.zip.stat().st_size / 1e6:.0f} MB), "
        "1,000 signatures. Unpacking alone is our own, with as many threads; `igzip` has one thread and reads no zip, its "
        "time is that for the same logs as `.tar.gz`:",
        archives(of),
        "The whole triage (built-in signatures, records, times, levels, unexplained errors) of the same log:",
        whole(of, peak),
        "One line of log, from the start of the process to its end:",
        start(of),
    ]
    return "\n\n".join(parts)


class Medians:
    """The median time of a command, in seconds; `None` if it was not run."""

    def __init__(self, times, rounds):
        self.times, self.rounds = times, rounds

    def __call__(self, name):
        return statistics.median(self.times[name]) if self.times.get(name) else None

    def shown(self, name):
        seconds = self(name)
        if seconds is None:
            return "–"
        once = " (once)" if len(self.times[name]) < self.rounds else ""
        return f"{seconds:.3f}{once}" if seconds < 10 else f"{seconds:.1f}{once}"

    def ratio(self, over, under):
        """How often the time `under` goes into the time `over`."""
        if self(over) is None or self(under) is None:
            return "–"
        ratio = self(over) / self(under)
        return f"{ratio:.2f}x" if ratio < 2 else f"{ratio:.1f}x"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def plain(of, check):
    head = ["", "tierline", "`wc -l`", "Hyperscan", "`rg -f`", "of `wc -l`", "Hyperscan takes", "`rg -f` takes"]
    rows = []
    for name, title in SETS.items():
        for threads in [1, 2]:
            ours, other = f"ours {name} {threads}", f"hyperscan {name} {threads}"
            title_of = title.format(busy=check.matched.get("1000-busy", 0)) + (f", {threads} thread" + "s" * (threads > 1))
            rows.append(
                [title_of, of.shown(ours), of.shown("wc"), of.shown(other), of.shown(f"rg {name}")]
                + [of.ratio(ours, "wc"), of.ratio(other, ours), of.ratio(f"rg {name}", ours)]
            )
    return table(head, rows)


def growth(of):
    head = ["one thread", "tierline", "every fifth with `(?i)`", "of the time without", "of the time with 100 signatures"]
    rows = []
    for name, title in CASES.items():
        ours, folded = f"ours {name} 1", f"ours {name}-ci 1"
        rows.append([title, of.shown(ours), of.shown(folded), of.ratio(folded, ours), of.ratio(ours, "ours 100 1")])
    return table(head, rows)


def archives(of):
    head = ["", "tierline", "unpacking alone", "`igzip -dc`", "`rg -z -f`", "of unpacking", "of `igzip`", "`rg` takes"]
    rows = []
    for kind, title in [("tar.gz", "`.tar.gz`"), ("zip", "`.zip` of 16 files")]:
        for threads in [1, 2]:
            ours, alone = f"ours {kind} {threads}", f"unpack {kind} {threads}"
            rg = "rg tar.gz" if kind == "tar.gz" else "rg zip"
            rows.append(
                [f"{title}, {threads} thread" + "s" * (threads > 1), of.shown(ours), of.shown(alone), of.shown("igzip")]
                + [of.shown(rg), of.ratio(ours, alone), of.ratio(ours, "igzip"), of.ratio(rg, ours)]
            )
    return table(head, rows)


def whole(of, peak):
    head = ["", "triage", "1,000 signatures alone", "ratio", "peak memory without mapped files"]
    rows = []
    for threads in [1, 2]:
        full, bare = f"full {threads}", f"ours 1000 {threads}"
        memory = f"{peak.get(full, 0) / 1e6:.0f} MB"
        title = f"{threads} thread" + "s" * (threads > 1)
        rows.append([title, of.shown(full), of.shown(bare), of.ratio(full, bare), memory])
    return table(head, rows)


def start(of):
    shown = lambda name: "–" if of(name) is None else f"{of(name) * 1000:.0f} ms"
    head = ["1,000 signatures", "5,000 signatures", "built-in catalogue"]
    lines = [head, ["---:"] * 3, [shown("start 1000"), shown("start 5000"), shown("start builtin")]]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def hyperscan_version(commands):
    command = [str(it) for it in commands.hyperscan("100", 1)]
    command[1] = str(commands.empty)
    shown = subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"Hyperscan (\d+(?:\.\d+)+)", shown)
    return found[1] if found else "?"
