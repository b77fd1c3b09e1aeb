"""Bundle `windows-server`: exported event logs and text logs of a Windows server and a domain member.

Out: a UTF-16LE text export, a CSV export, CBS.log, netlogon.log. What is planted is in `testdata/expected/windows-server.md`.
"""

import random
from datetime import datetime
from pathlib import Path

import healthy_windows as healthy
from logformats import Clock, cbs, write_text

CRLF = "\r\n"
HOST = "APP07.corp.example.com"


def write(root: Path):
    for part in (system, application, network_policy, servicing, netlogon):
        part(root, random.Random(f"windows-server/{part.__name__}"))


def at(hour, minute, second=0):
    return datetime(2026, 5, 12, hour, minute, second)


# The unknown problem: a storage filter of an invented vendor closes its intent log at 01:05; the service above it then restarts
# again and again.

FILTER_CAUSE = ("Intent log 0x2F closed by watchdog verdict 19: two writers hold ticket 5512. Volume \\\\?\\Volume{{{g}}}\\ continues "
                "without ordering. Status 0xE0A10013.")
FILTER_EFFECT = ("The Northwind Storage Agent service terminated unexpectedly.  It has done this {n} time(s).  "
                 "The following corrective action will be taken in 60000 milliseconds: Restart the service.")


def system(root, rng):
    clock = Clock(rng, at(0, 5))
    events = []

    def add(provider, event, level, text, log="System"):
        events.append((clock.tick(2, 30), log, provider, event, level, text))

    def quiet(count):
        for _ in range(count):
            _, provider, event, level, _, text = rng.choice([e for e in healthy.EVENTS if e[0] == "System"])
            add(provider, event, level, healthy.fill(rng, text))

    quiet(12)
    clock.jump_to(at(1, 5, 12))
    add("nwstorflt", 4113, "Error", FILTER_CAUSE.format(g="6b1f2c3e-9d0a-4d7c-8f2f-0c7b5a1e44d2"))
    quiet(6)
    clock.jump_to(at(2, 0))
    for number in range(1, 19):
        add("Service Control Manager", 7031, "Error", FILTER_EFFECT.format(n=number))
        quiet(1)
        clock.tick(50, 70)
    clock.jump_to(at(4, 10))
    add("NETLOGON", 5719, "Error", "This computer was not able to set up a secure session with a domain controller in domain CORP due to the following: \n"
        "There are currently no logon servers available to service the logon request. \n"
        "This may lead to authentication problems. Make sure that this computer is connected to the network. If the problem persists, please contact your domain administrator.  ")
    add("Microsoft-Windows-Security-Kerberos", 4, "Error", "The Kerberos client received a KRB_AP_ERR_MODIFIED error from the server app09$. "
        "The target name used was HTTP/intranet.corp.example.com. This indicates that the target server failed to decrypt the ticket provided by the client.")
    quiet(10)
    lines = []
    for number, (when, log, provider, event, level, text) in enumerate(events):
        lines += healthy.event_text(number, when, HOST, log, provider, event, level, "None", text)
    write_text(root / "Events/System.txt", lines, CRLF, "utf-16-le", bom=True)


def application(root, rng):
    clock = Clock(rng, at(1, 0))
    lines = healthy.events_csv(clock, rng, 40)
    lines += healthy.event_csv(clock.tick(), "VSS", 12292, "Error", "None",
                               "Volume Shadow Copy Service error: Error creating the Shadow Copy Provider COM class with CLSID "
                               "{65ee1dba-8ff4-4a58-ac1c-3470ee2f376a} [0x80080005, Server execution failed\n]. \n\n"
                               "Operation:\n   Obtain a callable interface for this provider\n   Query Shadow Copies")
    lines += healthy.events_csv(clock, rng, 20)[1:]
    write_text(root / "Events/Application.csv", lines, CRLF)


def network_policy(root, rng):
    """Security log: one device is refused by the network policy server."""
    clock = Clock(rng, at(6, 0))
    lines = []
    for number in range(6):
        text = ("Network Policy Server denied access to a user.\n\nContact the Network Policy Server administrator for more information.\n\n"
                "User:\n\tAccount Name:\t\t\thost/LT-2281.corp.example.com\n\nAuthentication Details:\n\tAuthentication Server:\t\tNPS01.corp.example.com\n"
                "\tAuthentication Type:\t\tEAP\n\tReason Code:\t\t\t259\n\tReason:\t\t\t\tThe certification authority that manages the certificate revocation list is not available.")
        lines += healthy.event_text(number * 2, clock.tick(30, 90), "NPS01.corp.example.com", "Security", "Microsoft-Windows-Security-Auditing",
                                    6273, "Information", "Network Policy Server", text)
        lines += healthy.event_text(number * 2 + 1, clock.tick(30, 90), "NPS01.corp.example.com", "Security", "Microsoft-Windows-Security-Auditing",
                                    6272, "Information", "Network Policy Server", "Network Policy Server granted access to a user.")
    write_text(root / "Events/Security-NPS01.txt", lines, CRLF, "utf-16-le", bom=True)


def servicing(root, rng):
    clock = Clock(rng, at(3, 0))
    lines = healthy.cbs_log(clock, rng, 70)
    lines += [
        cbs(clock.tick(), "Error", "CSI", "00000214 (F) STATUS_SXS_COMPONENT_STORE_CORRUPT #5128110# from CCSDirectTransaction::OperateEnding at index 0 of 1 operations, disposition 2[gle=0xd015001a]"),
        cbs(clock.tick(), "Error", "CSI", "00000215 (F) HRESULT_FROM_WIN32(ERROR_SXS_COMPONENT_STORE_CORRUPT) #5127998# from Windows::COM::CPendingTransaction::IStorePendingTransaction_Analyze(...)[gle=0x80073712]"),
        cbs(clock.tick(), "Error", "CBS", "Failed to perform operation. [HRESULT = 0x80073712 - ERROR_SXS_COMPONENT_STORE_CORRUPT]"),
    ]
    lines += healthy.cbs_log(clock, rng, 30)
    write_text(root / "Windows/Logs/CBS/CBS.log", lines, CRLF)


def netlogon(root, rng):
    clock = Clock(rng, at(4, 9))
    lines = []
    for _ in range(20):
        lines.append(f"{clock.tick(1, 9):%m/%d %H:%M:%S} [MISC] [960] CORP: DsGetDcName function called: client PID={rng.randint(600, 4000)}, Dom:CORP Acct:(null) Flags: DS")
        lines.append(f"{clock.tick(0, 1):%m/%d %H:%M:%S} [MISC] [960] CORP: DsGetDcName function returns 0 (client PID={rng.randint(600, 4000)}): Dom:CORP Acct:(null) Flags: DS")
    clock.jump_to(at(4, 13))
    lines += [
        f"{clock.tick():%m/%d %H:%M:%S} [CRITICAL] [960] CORP: NlSessionSetup: Session setup: cannot pick trusted DC",
        f"{clock.tick():%m/%d %H:%M:%S} [SESSION] [960] No IP addresses present, skipping No DC event log",
    ]
    write_text(root / "Windows/debug/netlogon.log", lines, CRLF)
