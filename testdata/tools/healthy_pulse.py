"""What Pulse Secure / Ivanti gateways and clients write when all is well.

In: a clock and a seeded random source. Out: lists of lines. `gateway_sessions` is the best picture of the flow: host checker,
sign-in, tunnel, sign-out. The texts include harmless lines with alarming words, e.g. requests before sign-in, and the Linux
client that finds no saved resolver file.
"""

from datetime import datetime

from logformats import debuglog, pulse, pulsesvc, syslog, welf

NODE = "vpn-gw1"
GATEWAY = "10.50.0.9"
USERS = ["a.berg", "CORP\\m.silva", "j.okafor@corp.example.com", "t.nguyen", "l.rossi", "s.kowalski", "CORP\\h.larsen"]
ROLES = ["Employees", "Employees, Remote Desktop", "Contractors", "IT-Operations"]
AGENT = "Pulse-Secure/9.1.14.13525 (Windows 10) Pulse/9.1.14.13525"


def address(rng):
    return f"{rng.choice(['198.51.100', '203.0.113', '192.0.2'])}.{rng.randint(2, 250)}"


def session_events(rng):
    """One user session: (seconds since the last event, code, WELF priority, user, roles, message)."""
    user = rng.choice(USERS)
    roles = rng.choice(ROLES)
    source = address(rng)
    inner = f"10.60.{rng.randint(0, 3)}.{rng.randint(2, 250)}"
    mac = f"00-50-56-{rng.randint(16, 99)}-3c-7e"
    return source, user, roles, [
        (1, "AUT20920", 6, "System", "", f"Connection from IP {source} not authenticated yet (URL=/dana-na/auth/url_default/welcome.cgi)"),
        (2, "AUT24803", 6, user, "", f"Host Checker policy 'Corporate-Endpoint' passed on host '{source}' address '{mac}'  for user '{user}'."),
        (1, "AUT24326", 6, user, "", f"Primary authentication successful for {user}/AD-Corp from {source}"),
        (1, "AUT23278", 6, user, "", f"Host Checker realm restrictions successfully passed for {user}/Users"),
        (1, "AUT24409", 6, user, "", f"The X.509 certificate for 'CN={user}' issued by CN=Corp Issuing CA, successfully passed OCSP checking"),
        (1, "AUT24414", 6, user, roles, f"Agent login succeeded for {user}/Users from {source}."),
        (2, "NWC30477", 6, user, roles, f"VPN Tunneling: User with IP {inner} connected with ESP transport mode. "),
        (1, "NWC23464", 6, user, roles, f"VPN Tunneling: Session started for user with IP {inner}, hostname LT-{rng.randint(1000, 9999)}"),
        (1, "ERR24670", 6, user, roles, f"VPN Tunneling: ACL count = {rng.randint(2, 40)}."),
        (rng.randint(60, 600), "ERR24670", 6, user, roles, "VPN Tunneling: ACL count = 12."),
        (rng.randint(20, 900), "AUT23315", 6, user, roles, f"Radius Accounting: Successfully sent radius accounting interim session sid{rng.randint(1000, 9999)} request for {user}"),
        (2, "NWC23465", 6, user, roles, f"VPN Tunneling: Session ended for user with IP {inner}"),
        (1, "AUT22673", 6, user, roles, f"Logout from {source} (session:{rng.getrandbits(32):08x})"),
    ]


def gateway_sessions(clock, rng, count):
    """log.access in standard format."""
    lines = []
    while len(lines) < count:
        source, _, _, events = session_events(rng)
        for pause, _, _, user, roles, message in events:
            realm = "" if user == "System" else "Users"
            lines.append(pulse(clock.tick(pause, pause + 1), NODE, source, user, realm, roles, message))
    return lines[:count]


def gateway_sessions_welf(clock, rng, count):
    """The same in WELF form."""
    lines = []
    while len(lines) < count:
        source, _, _, events = session_events(rng)
        for pause, code, priority, user, roles, message in events:
            realm = "" if user == "System" else "Users"
            lines.append(welf(clock.tick(pause, pause + 1), priority, GATEWAY, NODE, user, realm, roles, source, code, message, AGENT))
    return lines[:count]


def gateway_event_texts(rng):
    """One (code, priority, message) of normal operation."""
    return rng.choice([
        ("SYS20413", 6, "Started system software version 9.1R14 (build 13525) successfully"),
        ("NET24463", 4, "internal NIC up."),
        ("NET24465", 4, "external NIC up."),
        ("NET24471", 6, "VIPs activated on node vpn-gw1 on internal, reason: node is the leader"),
        ("ARC23040", 6, "access log to archive scp://10.50.4.20:22/pulse succeeded"),
        ("ARC22056", 4, "Clearing access logfile after archiving"),
        ("SYS24343", 6, "The current virus signatures list downloaded successfully from 'https://updates.example.com/av/epupdate_hist.xml'"),
        ("SYS24339", 6, "The current virus signatures list imported successfully."),
        ("LIC30547", 6, "Leased {b} units of 'Concurrent Users' from 10.50.4.60 - reserved: {b} maximum: 250 incremental quantum: 25"),
        ("SYS24830", 4, "User record synchronization: Server has successfully authenticated vpn-gw2."),
        ("SYS30429", 4, "User record synchronization: Client vpn-gw2 successfully negotiated version {b} with server vpn-gw1."),
        ("AUT30658", 4, "Server Certificate successfully validated for 'LDAP-Corp'"),
        ("AUT23315", 6, "Radius Accounting: Successfully sent radius accounting interim session sid{a} request for a.berg"),
        ("LIC30614", 6, "Standalone status communicated to the server successfully"),
    ])


def gateway_events(clock, rng, count):
    """log.events in standard format."""
    lines = []
    for _ in range(count):
        _, _, message = gateway_event_texts(rng)
        message = message.format(a=rng.randint(20, 180), b=rng.randint(2, 55), c=rng.randint(60, 300))
        lines.append(pulse(clock.tick(20, 240), NODE, "127.0.0.1", "System", "", "", message))
    return lines


def gateway_events_welf(clock, rng, count):
    """The same in WELF form."""
    lines = []
    for _ in range(count):
        code, priority, message = gateway_event_texts(rng)
        message = message.format(a=rng.randint(20, 180), b=rng.randint(2, 55), c=rng.randint(60, 300))
        lines.append(welf(clock.tick(20, 240), priority, GATEWAY, NODE, "System", "", "", "127.0.0.1", code, message))
    return lines


def gateway_admin(clock, rng, count, form="standard"):
    """log.admin: administrators at work."""
    texts = [
        ("ADM22668", "Login succeeded for admin/Admin Users from 10.50.1.5 via internal port."),
        ("ADM20716", "User Accounts modified. Added local user with username user{a} to authentication server System Local."),
        ("ADM10254", "Realm Users: Session time-out changed from '60' to '{b}'"),
        ("ADM10251", "Realm Users: Added Users role mapping rule: if group is 'failover-operators' assign role IT-Operations"),
        ("ADM10253", "Realm Users: Rule order changed"),
        ("ADM23283", "Host Checker restriction for realm 'Users' is updated to 'Corporate-Endpoint'"),
        ("ADM20265", "LDAP server LDAP-2: Backup server 'ldap{b}.corp.example.com' created."),
        ("ADM24070", "Maximum number of users for realm 'Users' is updated to {a}"),
        ("ADM24205", "Successfully exported configuration in XML to file 'config-{a}.xml'."),
        ("ADM24206", "Successfully imported configuration from XML file 'error-pages-{a}.xml' using 'standard' mode."),
        ("ADM20700", "Changed System Name in SNMP Agent Properties from vpn-gw1 to vpn-gw1-{b}"),
        ("AUT22673", "Logout from 10.50.1.5 (session:{a:08x})"),
    ]
    lines = []
    for _ in range(count):
        code, message = rng.choice(texts)
        message = message.format(a=rng.randint(20, 180), b=rng.randint(10, 90))
        when = clock.tick(15, 400)
        if form == "welf":
            lines.append(welf(when, 6, GATEWAY, NODE, "admin", "Admin Users", ".Administrators", "10.50.1.5", code, message, kind="mgmt"))
        else:
            lines.append(pulse(when, NODE, "10.50.1.5", "admin", "Admin Users", ".Administrators", message))
    return lines


def gateway_by_syslog(clock, rng, count):
    """The standard form inside a syslog line, as a log collector stores it."""
    lines = []
    for text in gateway_sessions(clock, rng, count):
        when = datetime.fromisoformat(text[:19])
        lines.append(f"{syslog(when, NODE, '1', None, '').rstrip(': ')} {when:%Y-%m-%dT%H:%M:%S}+00:00 {GATEWAY} PulseSecure: - - - {text}")
    return lines


def client_debuglog(clock, rng, count):
    """debuglog.log of the desktop client."""
    texts = [
        ("PulseSecureService.exe", "ConnectionManagerService", "ConnectionManager.cpp:412", "connectionManager", "connection state changed: {a} -> {b}, error 0"),
        ("PulseSecureService.exe", "ConnectionManagerService", "ConnectionManager.cpp:977", "connectionManager", "reconnect timer is idle, failures so far: 0"),
        ("PulseSecureService.exe", "TunnelManager", "TMService.cpp:233", "TunnelManager", "adapter [PANGP0{a}] is up, mtu 1400"),
        ("PulseSecureService.exe", "TunnelManager", "TMService.cpp:871", "TunnelManager", "route 10.{a}.0.0/16 was added, error code 0"),
        ("PulseSecureService.exe", "iveConnectionMethod", "iveConnectionMethod.cpp:604", "iveConnectionMethod", "host checker finished, policies failed: 0, policies passed: {a}"),
        ("PulseSecureService.exe", "iveConnectionMethod", "iveConnectionMethod.cpp:1290", "iveConnectionMethod", "session length {b}000 s, idle time-out {a} min"),
        ("PulseSecureService.exe", "dsAccessService", "dsAccessService.cpp:180", "accessService", "service is starting, crash count: 0"),
        ("PulseSecureService.exe", "eapService", "EapPeer.cpp:95", "eap", "EAP success, no error string"),
        ("PulseSecure.exe", "PulseUI", "TrayIcon.cpp:77", "PulseUI", "tray icon is shown, state [connected]"),
        ("PulseSecure.exe", "PulseUI", "Messages.cpp:310", "PulseUI", "message catalogue has {b} entries, e.g. 'Error connecting to {{0}}'"),
        ("PulseSecureService.exe", "certLib", "certCache.cpp:140", "cert", "server certificate of vpn.corp.example.com is trusted, expires in {b} days"),
        ("PulseSecureService.exe", "NetworkMonitor", "NetMonitor.cpp:52", "netMonitor", "network changed, location [office], dns servers {a}"),
        ("PulseSecureService.exe", "updater", "Updater.cpp:420", "updater", "no update is needed, last update error: none"),
    ]
    lines = []
    for _ in range(count):
        process, component, source, facility, text = rng.choice(texts)
        level = rng.choice([3, 3, 4])
        user = "SYSTEM" if process.endswith("Service.exe") else "a.berg"
        lines.append(debuglog(clock.tick(0.02, 9), level, user, process, component, rng.choice([2412, 6188]), rng.randint(0x400, 0x3FFF),
                              source, facility, text.format(a=rng.randint(1, 9), b=rng.randint(20, 90))))
    return lines


def client_linux(clock, rng, count):
    """pulsesvc.log of the Linux client. The rename line is an error by level and harmless: no earlier tunnel left a file."""
    texts = [
        ("pulsesvc", "info", "Client version 9.1-14-b13525 starts", "pulsesvc.cpp:201"),
        ("sysdeps", "error", "rename /etc/jnpr-nc-resolv.conf => /etc/resolv.conf failed wirh error 2", "sysdeps.cpp:978"),
        ("dsssl", "info", "TLS 1.2 session with vpn.corp.example.com, verify result 0 (ok)", "DSSSLSock.cpp:455"),
        ("rmon", "info", "route monitor started, unexpected changes: 0", "rmon.cpp:118"),
        ("session", "info", "tunnel is up, ip 10.60.2.{a}, error 0", "session.cpp:640"),
        ("session", "para", "keep alive interval {a} s, missed: 0", "session.cpp:702"),
        ("adapter", "info", "tun0 mtu 1400, dropped packets: 0", "adapter.cpp:88"),
        ("esp", "info", "ESP rekey done, lifetime {a}00 s, failures: 0", "esp.cpp:333"),
        ("dns", "info", "resolver: 10.50.4.10, search domain corp.example.com", "dns.cpp:59"),
        ("session", "info", "statistics: {a}000 packets in, {a}100 packets out, errors 0/0", "session.cpp:911"),
    ]
    lines = []
    for _ in range(count):
        module, level, text, source = rng.choice(texts)
        lines.append(pulsesvc(clock.tick(0.1, 60), "pulsesvc", 3310, 3310, module, level, text.format(a=rng.randint(2, 240)), source))
    return lines
