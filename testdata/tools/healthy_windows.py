"""What Windows servers write when all is well: exported event logs, CBS.log, netlogon.log, IIS.

In: a clock, a seeded random source and a host name. Out: lists of lines. `events_text` is the form that
`wevtutil qe /f:text` prints, `events_csv` the one that Event Viewer exports.
"""

from healthy_linux import fill
from logformats import cbs

# (log, provider, id, level, task, text)
EVENTS = [
    ("System", "Service Control Manager", 7036, "Information", "None", "The Volume Shadow Copy service entered the running state."),
    ("System", "Service Control Manager", 7036, "Information", "None", "The Windows Error Reporting Service service entered the stopped state."),
    ("System", "Service Control Manager", 7040, "Information", "None", "The start type of the Background Intelligent Transfer Service service was changed from auto start to demand start."),
    ("System", "Microsoft-Windows-Kernel-General", 16, "Information", "None", "The access history in hive \\??\\C:\\ProgramData\\Microsoft\\Provisioning\\{x}.dat was cleared updating {a} keys and creating {a} modified pages."),
    ("System", "Microsoft-Windows-Time-Service", 37, "Information", "None", "The time provider NtpClient is currently receiving valid time data from dc01.corp.example.com (ntp.d|0.0.0.0:123->10.20.30.10:123)."),
    ("System", "Microsoft-Windows-GroupPolicy", 1501, "Information", "None", "The Group Policy settings for the user were processed successfully. There were no changes detected since the last successful processing of Group Policy."),
    ("System", "Microsoft-Windows-WindowsUpdateClient", 19, "Information", "Windows Update Agent", "Installation Successful: Windows successfully installed the following update: Security Intelligence Update for Microsoft Defender Antivirus (Version 1.40{a}.{c}.0)"),
    ("System", "EventLog", 6013, "Information", "None", "The system uptime is {c}{c} seconds."),
    ("System", "Microsoft-Windows-Ntfs", 98, "Information", "None", "Volume C: (\\Device\\HarddiskVolume3) is healthy.  No action is needed."),
    ("Application", "VSS", 8224, "Information", "None", "The VSS service is shutting down due to idle timeout. "),
    ("Application", "ESENT", 326, "Information", "General", "svchost ({c},D,50) DS_Token_DB: The database engine attached a database (1, C:\\Windows\\System32\\ds.edb). (Time=0 seconds, error 0)"),
    ("Application", "Microsoft-Windows-Security-SPP", 16384, "Information", "None", "Successfully scheduled Software Protection service for re-start at 2126-01-25T04:{b}:00Z. Reason: RulesEngine."),
    ("Application", "MsiInstaller", 1033, "Information", "None", "Windows Installer installed the product. Product Name: Error Lookup Tool. Product Version: 1.{a}.0. Product Language: 1033. Installation success or error status: 0."),
    ("Application", "Windows Error Reporting", 1001, "Information", "None", "Fault bucket , type 0. Event Name: StoreAgentScanForUpdatesSuccess. Response: Not available. Cab Id: 0"),
    ("Application", "Veeam Backup", 190, "Information", "None", "Backup job 'SQL Daily' finished with Success. Job details: 0 errors, 0 warnings"),
    ("Application", "MSSQLSERVER", 17137, "Information", "Server", "Starting up database 'error_archive'."),
    ("Application", "MSSQLSERVER", 18264, "Information", "Backup", "Database backed up. Database: erp, creation date(time): 2021/03/0{a}(12:00:00), pages dumped: {c}, first LSN: {b}:{c}:37, last LSN: {b}:{c}:1"),
    ("Security", "Microsoft-Windows-Security-Auditing", 4624, "Information", "Logon", "An account was successfully logged on.\n\nSubject:\n\tSecurity ID:\t\tSYSTEM\n\tAccount Name:\t\tAPP01$\n\nLogon Type:\t\t\t3\n\nFailure Information:\tnone"),
    ("Security", "Microsoft-Windows-Security-Auditing", 4634, "Information", "Logoff", "An account was logged off."),
    ("Security", "Microsoft-Windows-Security-Auditing", 6272, "Information", "Network Policy Server", "Network Policy Server granted access to a user."),
    ("Directory Service", "NTDS ISAM", 701, "Information", "Online Defragmentation", "NTDS ({b}) NTDSA: Online defragmentation has completed a full pass on database 'C:\\Windows\\NTDS\\ntds.dit', errors: 0."),
    ("DFS Replication", "DFSR", 1206, "Information", "None", "The DFS Replication service successfully contacted domain controller dc01.corp.example.com to access configuration information."),
    ("DNS Server", "Microsoft-Windows-DNS-Server-Service", 2, "Information", "None", "The DNS server has started."),
]


def events_text(clock, rng, host, count):
    """At least `count` lines as `wevtutil qe LOG /f:text` prints them."""
    lines = []
    number = 0
    while len(lines) < count:
        log, provider, event, level, task, text = rng.choice(EVENTS)
        lines += event_text(number, clock.tick(5, 400), host, log, provider, event, level, task, fill(rng, text))
        number += 1
    return lines


def event_text(number, when, host, log, provider, event, level, task, text):
    """One event: a header, the fields, the description."""
    return [
        f"Event[{number}]:",
        f"  Log Name: {log}",
        f"  Source: {provider}",
        f"  Date: {when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}",
        f"  Event ID: {event}",
        f"  Task: {task}",
        f"  Level: {level}",
        "  Opcode: Info",
        "  Keyword: Classic",
        "  User: N/A",
        f"  Computer: {host}",
        "  Description: ",
        *text.split("\n"),
        "",
    ]


def events_csv(clock, rng, count):
    """`count` events as Event Viewer exports them; a description may span lines inside quotes."""
    lines = ["Level,Date and Time,Source,Event ID,Task Category"]
    for _ in range(count):
        _, provider, event, level, task, text = rng.choice(EVENTS)
        lines += event_csv(clock.tick(5, 400), provider, event, level, task, fill(rng, text))
    return lines


def event_csv(when, provider, event, level, task, text):
    """One event of the CSV export, US date."""
    hour = when.hour % 12 or 12
    stamp = f"{when.month}/{when.day}/{when.year} {hour}:{when:%M:%S} {'AM' if when.hour < 12 else 'PM'}"
    return f'{level},{stamp},{provider},{event},{task},"{text}"'.split("\n")


def cbs_log(clock, rng, count):
    """CBS.log of an update that installs; HRESULT S_OK and words such as "Failures: 0" are normal."""
    texts = [
        ("CBS", "TI: --- Initializing Trusted Installer ---"),
        ("CBS", "TI: Last boot time: 2026-02-14 03:12:08.500"),
        ("CBS", "Starting TrustedInstaller initialization."),
        ("CBS", "Ending TrustedInstaller initialization."),
        ("CBS", "Session: 3116{c}_{c} initialized by client UpdateAgentLCU, external staging directory: (null), external registry directory: (null)"),
        ("CBS", "Exec: Processing started.  Session: 3116{c}_{c}, Package: Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.{c}.1.{a}, Identifier: KB50{c}"),
        ("CBS", "Appl: detectParent: package: Package_{c}_for_KB50{c}~31bf3856ad364e35~amd64~~10.0.1.0, parent found: Microsoft-Windows-Foundation-Package, state: Installed"),
        ("CBS", "Exec: Staging Package: Package_for_RollupFix, Update: 50{c}-{c}_neutral, PinDeployment: amd64_{x}"),
        ("CSI", "0000{x} Transaction manager found no pending transaction, failures: 0"),
        ("CSI", "0000{x}@2026/2/18:02:1{a}:00.{c} Creating NT transaction (seq {a}), objectname '(null)', result STATUS_SUCCESS"),
        ("CSI", "0000{x} Performing {a} operations as follows: (0)  Hard Link File: flags: 0 source: [l:{b}]'errorpage.dll'"),
        ("CSI", "0000{x} [SR] Verify complete"),
        ("CSI", "0000{x} [SR] Verifying 100 components"),
        ("CBS", "Exec: Processing complete.  Session: 3116{c}_{c}, Package: Package_for_RollupFix [HRESULT = 0x00000000 - S_OK]"),
        ("CBS", "Reboot mark cleared, no error was recorded"),
        ("CBS", "Trusted Installer is shutting down because: SHUTDOWN_REASON_AUTOSTOP"),
    ]
    lines = []
    for _ in range(count):
        component, text = rng.choice(texts)
        lines.append(cbs(clock.tick(0, 8), "Info", component, fill(rng, text)))
    return lines


def iis_log(clock, rng, count):
    """IIS W3C log: times are UTC, the header names the fields."""
    start = clock.tick()
    lines = [
        "#Software: Microsoft Internet Information Services 10.0",
        "#Version: 1.0",
        f"#Date: {start:%Y-%m-%d %H:%M:%S}",
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken",
    ]
    stems = ["/", "/owa/", "/errors/list.aspx", "/api/orders", "/static/site.css", "/failover/status.json"]
    while len(lines) < count:
        when = clock.tick(0, 15)
        lines.append(f"{when:%Y-%m-%d %H:%M:%S} 10.20.40.60 GET {rng.choice(stems)} - 443 - 10.20.10.{rng.randint(2, 250)} "
                     f"Mozilla/5.0+(Windows+NT+10.0) {rng.choice([200, 200, 200, 304])} 0 0 {rng.randint(1, 400)}")
    return lines
