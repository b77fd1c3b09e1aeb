"""Bundle `pulse-gateway-and-client`: a gateway's exported logs and the logs of two clients on the same morning.

Out: gateway logs in standard and WELF form, a Windows client's "Save logs" folder, a Linux client's log. What is planted is in
`testdata/expected/pulse-gateway-and-client.md`.
"""

import random
from datetime import datetime
from pathlib import Path

import healthy_pulse as healthy
from logformats import Clock, debuglog, pulse, pulsesvc, welf, write_text

CRLF = "\r\n"


def write(root: Path):
    for part in (events, access, admin, welf_logs, windows_client, linux_client):
        part(root, random.Random(f"pulse-gateway-and-client/{part.__name__}"))


def at(hour, minute, second=0):
    return datetime(2026, 3, 3, hour, minute, second)


def system(when, message):
    return pulse(when, healthy.NODE, "127.0.0.1", "System", "", "", message)


# The unknown problem: a table in the policy engine refuses an update at 06:12; from then on sessions lose their role data.

POLICY_CAUSE = "Role affinity table update failed: delta 90235 does not follow 90233, table is frozen (dsaff status -7731)"
POLICY_EFFECT = "Session {x:08x} was evaluated with a stale role set, resources may be missing"


def events(root, rng):
    clock = Clock(rng, at(5, 0, 4))
    lines = healthy.gateway_events(clock, rng, 20)
    clock.jump_to(at(6, 12, 51))
    lines.append(system(clock.now, POLICY_CAUSE))
    lines += healthy.gateway_events(clock, rng, 12)
    for percent in (90, 95):
        lines.append(system(clock.tick(), f"events log is nearly full, currently {percent}% full"))
        lines += healthy.gateway_events(clock, rng, 6)
    lines.append(system(clock.tick(), "events log is full"))
    lines += healthy.gateway_events(clock, rng, 4)
    for _ in range(3):
        lines.append(system(clock.tick(2, 6), "Could not connect to LDAP server '10.50.4.12': Can't contact LDAP server"))
        lines += healthy.gateway_events(clock, rng, 2)
    for _ in range(40):
        lines.append(system(clock.tick(5, 60), POLICY_EFFECT.format(x=rng.getrandbits(32))))
        lines += healthy.gateway_events(clock, rng, 1)
    lines.append(system(clock.tick(), "License key PCS-CLT-EVAL-100U expired."))
    lines += healthy.gateway_events(clock, rng, 10)
    write_text(root / "gateway/log.events", lines)


def access(root, rng):
    clock = Clock(rng, at(7, 0, 2))
    lines = healthy.gateway_sessions(clock, rng, 60)
    user, source = "CORP\\m.silva", "198.51.100.77"
    say = lambda roles, text, realm="Users", who=user: pulse(clock.tick(1, 3), healthy.NODE, source, who, realm, roles, text)
    for _ in range(2):
        lines += [
            say("", f"Host Checker policy 'Corporate-Endpoint' failed on host '{source}' address '00-50-56-11-9a-02'  for user '{user}' "
                    "reason 'Rule-AV:The antivirus software that the policy requires is not installed.'."),
            say("", f"Host Checker realm restrictions failed for {user}/Users"),
        ]
        lines += healthy.gateway_sessions(clock, rng, 20)
    source = "203.0.113.41"
    lines.append(say("Employees", "VPN Tunneling: IP address cannot be allocated to user t.nguyen. Solution: Check IP Address Pools / DHCP server state.", who="t.nguyen"))
    source = "203.0.113.58"
    lines.append(say("", "State Storage Resource is almost at capacity.  Signin for user l.rossi failed because insufficient resources are available "
                         "to create a user session.  To alleviate this issue, delete any unused cached items(for example, unused active user sessions).", who="l.rossi"))
    lines += healthy.gateway_sessions(clock, rng, 60)
    write_text(root / "gateway/log.access", lines)


def admin(root, rng):
    clock = Clock(rng, at(8, 0, 2))
    lines = healthy.gateway_admin(clock, rng, 60)
    write_text(root / "gateway/log.admin", lines)


def welf_logs(root, rng):
    """The second node sends WELF."""
    clock = Clock(rng, at(6, 30))
    lines = second_node(healthy.gateway_events_welf(clock, rng, 10))
    # The same unknown cause, as the peer saw it: WELF carries a priority, and a code that no message table has.
    lines.append(from_second_node(clock.tick(), 0, "127.0.0.1", "ERR39871", POLICY_CAUSE))
    lines += second_node(healthy.gateway_events_welf(clock, rng, 15))
    for _ in range(4):
        lines.append(from_second_node(
            clock.tick(4, 9), 4, "203.0.113.99", "AUT24604", "SSL negotiation failed while client at source IP '203.0.113.99' was "
            "trying to connect to '192.0.2.10'. Reason: 'sslv3 alert certificate expired'"))
        lines += second_node(healthy.gateway_events_welf(clock, rng, 3))
    lines.append(from_second_node(clock.tick(), 4, "127.0.0.1", "AUT23460",
                                  "Could not connect to LDAP server '10.50.4.12': Can't contact LDAP server"))
    write_text(root / "gateway/vpn-gw2-events.welf.log", lines)
    clock = Clock(rng, at(6, 30))
    write_text(root / "gateway/vpn-gw2-access.welf.log", second_node(healthy.gateway_sessions_welf(clock, rng, 80)))


def from_second_node(when, priority, source, code, message):
    return welf(when, priority, "10.50.0.10", "vpn-gw2", "System", "", "", source, code, message)


def second_node(lines):
    """The healthy lines speak of the first node; this is the other one."""
    return [line.replace(f"fw={healthy.GATEWAY} vpn={healthy.NODE}", "fw=10.50.0.10 vpn=vpn-gw2") for line in lines]


def windows_client(root, rng):
    clock = Clock(rng, at(7, 58))
    lines = healthy.client_debuglog(clock, rng, 70)
    say = lambda level, component, source, facility, text: debuglog(
        clock.tick(0.1, 2), level, "SYSTEM", "PulseSecureService.exe", component, 2412, 0x1A20, source, facility, text)
    lines += [
        say(1, "iveConnectionMethod", "iveConnectionMethod.cpp:2077", "iveConnectionMethod", "received fatal error from IVE: 5"),
        say(3, "ConnectionManagerService", "ConnectionManager.cpp:412", "connectionManager", "connection state changed: 4 -> 1, error 0"),
    ]
    lines += healthy.client_debuglog(clock, rng, 50)
    # A record may go on over several lines; it ends where the next prefix begins.
    lines.append(say(4, "PulseUI", "Dump.cpp:12", "PulseUI", "connection set:\r\n  name  = Corporate\r\n  uri   = https://vpn.corp.example.com/\r\n  error = none"))
    lines += healthy.client_debuglog(clock, rng, 20)
    write_text(root / "client-windows/LogsAndDiagnostics_20260303/Logs/debuglog.log", lines, CRLF)
    write_text(root / "client-windows/LogsAndDiagnostics_20260303/Logs/debuglog.log.old",
               healthy.client_debuglog(Clock(rng, at(1, 0)), rng, 60), CRLF)


def linux_client(root, rng):
    clock = Clock(rng, at(8, 30))
    lines = healthy.client_linux(clock, rng, 30)
    moment = clock.tick()
    say = lambda module, level, text, source: pulsesvc(moment, "pulsesvc", 3310, 3310, module, level, text, source)
    # The file reference may stand on the line below.
    first = say("pulsesvc", "error", "gethostbyname failed for host https://vpn.corp.example.com", "pulsesvc.cpp:568")
    lines += first.replace(" (pulsesvc.cpp", "\n(pulsesvc.cpp").split("\n")
    lines += healthy.client_linux(clock, rng, 40)
    write_text(root / "client-linux/pulsesvc.log", lines)
