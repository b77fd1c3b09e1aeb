//! Words that tell nothing about a customer: accounts that every system has, words of messages, domains of makers.

use crate::scan::Vocabulary;

/// An account that comes with a system or a program.
const ACCOUNT: u32 = 1;
/// No name of one computer.
const NO_HOST: u32 = 2;
/// A word of messages.
const ORDINARY: u32 = 4;
/// The end of a DNS name.
const ENDING: u32 = 8;
/// The end of a DNS name that is also the end of file names or a word.
const WEAK_ENDING: u32 = 16;
/// The beginning of the name of a class or a setting.
const CODE: u32 = 32;

static WORDS: Vocabulary<8192> = Vocabulary::new()
    .with(ACCOUNTS, ACCOUNT)
    .with(NO_HOSTS, NO_HOST)
    .with(ORDINARIES, ORDINARY)
    .with(MORE_ORDINARIES, ORDINARY)
    .with(ENDINGS, ENDING)
    .with(WEAK_ENDINGS, WEAK_ENDING)
    .with(CODES, CODE);

const ACCOUNTS: &str = "root admin administrator administrators administrateur administrador system localsystem \
    localservice networkservice guest guests nobody nogroup daemon bin sys sync games man lp mail news uucp proxy \
    www-data backup list irc gnats sshd ftp http https nginx apache apache2 httpd tomcat postgres postgresql mysql mariadb \
    oracle mongodb redis rabbitmq elasticsearch kafka zookeeper hadoop hdfs yarn hive spark docker vagrant jenkins ntp \
    chrony polkitd dbus messagebus rpc rpcuser nfsnobody postfix dovecot named bind sa dbo public default defaultuser \
    defaultaccount wdagutilityaccount everyone anonymous authenticated interactive users owner operator halt shutdown \
    adm tty disk kmem wheel systemd-network systemd-resolve systemd-timesync _apt sysadmin superuser supervisor iusr \
    vpxd vpxuser dcui vsphere-webclient esxi veeam zabbix nagios prometheus grafana haproxy squid clamav rpcbind libuuid \
    syslog kernel user username unknown invalid test cyrus cron crontab local localhost service trustedinstaller usr \
    creator group builtin self krbtgt unset undefined uid gid user1 nt dwm-1 dwm-2 dwm-3 umfd-0 umfd-1 umfd-2";

const NO_HOSTS: &str = "localhost localdomain localhost4 localhost6 loopback host hostname server client node master slave \
    primary secondary standby replica leader follower broadcasthost gateway proxy www mail smtp imap pop3 pop ftp ns ns1 \
    ns2 dns ntp db database web app api cache apache nginx iis tomcat sqlserver mssqlserver mysql mariadb postgres \
    postgresql oracle redis mongodb rabbitmq kafka zookeeper elasticsearch kibana localdb sqlexpress veeamsql2012 \
    veeamsql2016 pipe microsoft windows linux ubuntu debian centos redhat fedora suse esxi vcenter vmware veeam hyper-v \
    hyperv this other any all both active passive unix vsock usb pci scsi ide sata ehci ohci uhci xhci usb1 usb2 \
    openssh sshd kestrel jetty gunicorn uvicorn envoy haproxy cloudflare werkzeug lighttpd caddy autodiscover wpad";

const ORDINARIES: &str = "a about above absent abort aborted accept accepted access accessed account accounts action \
    activate active activity actual add added adding address addresses adjust administrative after again against agent ago \
    alert all allocate allocated allocation allow allowed already also always an and another answer any apply \
    application applications apr april archive are area argument arguments array as ask asked assigned async at attach \
    attached attempt attempted attempts attribute aug august auth authenticate authenticated authenticating authentication \
    authority authorization authorized auto available average away back backend background backup backups bad balance \
    base based basic batch be because become been before begin beginning behind being below between bind bit bits block \
    blocked blocks board body boot both branch break bridge broken browser buffer buffers bug build built bus but by byte \
    bytes cache cached call callback called calling calls can cancel cancelled canceled cannot capacity card case cause \
    caused central certificate chain change changed changes changing channel char character check checked checking child \
    choose class clean cleanup clear cleared click client clients clock clone close closed closing cluster code cold \
    collect collection column command commands comment commit committed common communication compare compatible complete \
    completed component compression compute computer concurrent condition config configuration configure configured \
    confirm conflict connect connected connecting connection connections consider console const container containers \
    content contents context continue control controller copied copy core corrected correct corrupt corrupted could count \
    counter cpu crash create created creating creation credential credentials critical current currently custom customer \
    cycle daemon data database databases date dates day days dead deadlock debug dec december decode default deferred \
    define defined degraded delay delayed delete deleted deleting denied deny dependency depth describe description \
    desktop destination destroy detach detail details detect detected detection determine dev device devices diagnostic \
    dialog did different digest direct directory dirty disable disabled disconnect disconnected discover discovered \
    discovery disk disks dispatch display distributed do document documents does domain domains done down download drive \
    driver drivers drop dropped due dump duplicate duration during dynamic each early edit effect either element else \
    email empty enable enabled encode encoding encrypt encrypted encryption end ended endpoint engine enough ensure enter \
    entries entry environment equal err error errors escape establish established even event events every exact example \
    exceed exceeded exception exceptions exclude exclusive exec executable execute executed executing execution exist \
    existing exists exit exited exiting expect expected expire expired explicit export express expression extend extended \
    extension external extra extract fabric fail failed failing failover fails failure failures false fan fast fatal \
    fault feature features feb february fetch fetching field fields file filename files fill filter final find finish \
    finished firewall firmware first fix fixed flag flags flash floating flow flush folder folders follow following for \
    force forced foreign fork form format forward found frame framework free freeze freezing fri friday from full \
    function functions further future garbage gateway general generate generated generation get getting given global go \
    good got grant granted graph group groups guest guide had half handle handled handler handling hang hard hardware has \
    hash have header headers health heap heartbeat hello help here hidden high history hit hold home host hosts hot hour \
    hours how http id identifier identity idle if ignore ignored ignoring image immediately implementation import in \
    inactive include included incoming incomplete incorrect increase index indexes info information init initial \
    initialization initialize initialized initializing inode inodes dentry mutex semaphore daemons inner input insert inside install installation installed installer \
    instance instances instead instruction insufficient integer integrated integration integrity interactive interface \
    internal internet interrupt interrupted interval into invalid invalidated invoke invoked io is issue issued it item \
    items its jan january job jobs join journal jul july jun june just keep keeping kernel key keyboard keys kill killed \
    kind known label language large last late latency later latest launch layer layout lead leader leaf lease least leave \
    leaving left length less level levels library license licence life like limit limited limits line lines link linked \
    links list listed listen listener listening lists live load loaded loading local locale location lock locked log \
    logged logging login logins logoff logon logout logs long longer look lookup loop lost low machine made main \
    maintenance major make making manage managed management manager manual many map mapped mapping mar march mark marked \
    mask master match matched matching max maximum may media member members memory message messages met metadata method \
    methods metric metrics might min minimum minor minute minutes mirror misc missing mode model modified modify module \
    modules mon monday monitor monitoring month more most mount mounted move moved moving much multiple must name named \
    names native necessary need needed needs negotiated net network networks never new next no node nodes none normal not \
    note nothing notice notification notify nov november now null number numbers object objects occurred oct october of \
    off offline offset ok old on once one online only open opened opening operating operation operational operations \
    operator option optional options or order org original os other others our out outbound output outside over overflow \
    override overview own owner package packages packet packets page pages paper parameter parameters parent parity parse \
    parsed parser part partial partition parts pass passed passive password passwords past patch path paths pattern pause \
    paused peer pending per perform performance performed period permanent permission permissions permitted persistent \
    personal phase physical pid ping pipe place plan platform please plug plugin point policy poll pool port ports \
    position possible post power preauth prefix prepare prepared present preserve press prevent previous primary print \
    printer prior priority private privilege privileges probe problem problems procedure process processed processes \
    processing processor product production profile program progress project prompt properties property protect \
    protected protection protocol provide provided provider proxy public publish pull push put python query queue queued \
    quick quit quota quorum raid random range rate raw reach reached read reader reading ready real really reason rebooted \
    reboot rebuild receive received receiving recent reconnect record records recover recovered recovery recv redirect \
    reduce redundancy redundant ref reference refresh refused region register registered registration registry regular \
    reject rejected related relation release released reload remaining remote removable remove removed removing rename \
    repair repeat repeated replace replaced replica replicate replication replied reply report reported reporting \
    repository request requested requests require required requires reserved reset resolve resolved resource resources \
    respond response responses rest restart restarted restarting restore restored restricted result results resume resumed \
    retained retention retired retries retry retrying return returned returning returns reverse revision rights role \
    rollback room root rotate route router routine rule rules run running runtime safe sample sat saturday save saved \
    saving scan scanned schedule scheduled scheduler schema scope score screen script search second secondary seconds \
    secret section sector secure security see seen segment select selected self send sender sending sensor sent sep \
    september sequence serial series server servers service services session sessions set sets setting settings setup \
    several severe severity shadow shard share shared shares shell short should show shut shutdown side sign signal signed \
    signature silent similar simple since single site size skip skipped skipping slave sleep slot slow small snapshot \
    snapshots socket soft software some sort source space spare special specific specified speed split spool stack stage \
    standard standby start started starting starts startup stat state statement static station statistics status step \
    still stop stopped stopping stops storage store stored stream string strong structure style subject submit submitted \
    subsystem succeed succeeded success successful successfully such suite sum summary sun sunday supplied supply support \
    supported suspect suspend suspended swap switch symbol sync synchronization synchronize synchronized syntax sys system \
    systems table tables tag take taken tape target targets task tasks temp temperature template temporary terminal \
    terminate terminated terminating termination test testing tests text than that the their them then there these they \
    thing this those thread threads threshold through throughput throw thu thursday ticket time timed timeout timer times \
    timestamp title to today together token too tool tools top topic total touch trace track traffic transaction transfer \
    transferred transform transition transitioned transport trap tree trial tried trigger triggered true truncated trust \
    try trying tue tuesday tunnel turn type types unable unavailable unexpected unique unit units unix unknown unless \
    unlock unmount unreachable unrecognized until unusable up update updated updates updating upgrade upgraded upload \
    upper uptime us usage usb use used user username users uses using util valid validate validated validation value \
    values variable vendor verbose verification verified verify version versions via video view virtual virus visible \
    voltage volume volumes vote wait waited waiting wake want warm warn warning warnings was watch way we web wed \
    wednesday week weeks well were what when where whether which while who whole why wide width will window windows wire \
    with within without word work worker workers working workload workspace workstation world would wrap writable write \
    writer writes writing written wrong xml year years yellow yes yesterday yet you your zero zone";

const MORE_ORDINARIES: &str = "profiles passwd passphrase publickey sudo bearer securestring thin identified community \
    telephone telefon telefax mobil passwort kennwort passcode jsessionid activation social initiated launched approved \
    trace notice emerg crit severe fine finer finest config warn fatal panic nil nan inf \
    gmt utc cet cest est edt pst pdt mst cdt cst ssh2 ssh tcp udp icmp tls ssl ldap ldaps kerberos ntlm smb nfs \
    iscsi fc sas nvme lun vlan vpn dhcp snmp ipsec ike oauth saml radius tacacs rdp winrm rpc wmi vss vds msi exe dll sys \
    job-1 black blue brown green grey gray orange pink purple red silver white gold mobile laptop notebook tablet phone \
    office factory lab stage staging prod dev qa demo sandbox north south east west left right center centre berlin paris \
    london munich hamburg frankfurt vienna zurich europe asia america africa horse tiger lion eagle falcon \
    sales finance marketing legal hr it accounting engineering research helpdesk reception warehouse accounts manager \
    boss chef team people person man woman mark bill grant drew rich rob sue will may april june august dean earl frank \
    grace guy hope iris ivy jack jade jean jewel joy lance miles nick norm olive pat pearl penny peter ray reed rose ruby \
    sandy skip stone summer terry violet wade ward young";

const ENDINGS: &str = "com net org edu gov mil biz local localdomain lan corp internal intern intra intranet home domain \
    priv private-domain example invalid arpa cloud online site tech store shop company group gmbh dental hospital bank \
    de fr uk nl ch es pt se dk fi cz sk hu ro bg gr ru ua jp cn kr tw hk sg au nz za br mx ar cl ca eu ie lt lv ee hr si \
    tr il ae sa kz by th vn ph pk lu li cat ad lcl loc dom prod-local dmz";

const WEAK_ENDINGS: &str = "pl py sh rs so md cc ps in is it no to at me be my do as id am ai io tv fm app zip mov info us \
    pro dev test name work systems network server host run mobi asia int tel xyz club live world today center agency digital \
    media solutions services support software email page team space website co";

const CODES: &str = "com org net io java javax jakarta sun jdk kotlin scala akka system microsoft windows win32 edu gov de \
    ch.qos fr uk dev me ru cn jp node js dfs yarn mapreduce mapred fs hadoop hbase spark dotnet asp console this self \
    window document log log4j slf4j logging config app application rc etc socket py python std google apple github gopkg \
    golang k8s kube kubernetes systemd user session init sys kernel net.ipv4 vm";

/// Domains of makers and of standards, whose addresses stand in messages everywhere. Longer names that end so are meant too.
const PUBLIC_DOMAINS: &[&str] = &[
    "microsoft.com",
    "windows.net",
    "windowsupdate.com",
    "live.com",
    "office.com",
    "office365.com",
    "msftncsi.com",
    "msftconnecttest.com",
    "w3.org",
    "apache.org",
    "xmlsoap.org",
    "oasis-open.org",
    "ietf.org",
    "iana.org",
    "veeam.com",
    "pulsesecure.net",
    "ivanti.com",
    "juniper.net",
    "vmware.com",
    "broadcom.com",
    "redhat.com",
    "centos.org",
    "fedoraproject.org",
    "ubuntu.com",
    "canonical.com",
    "debian.org",
    "kernel.org",
    "suse.com",
    "opensuse.org",
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "freedesktop.org",
    "gnu.org",
    "python.org",
    "nodejs.org",
    "npmjs.org",
    "npmjs.com",
    "crates.io",
    "docs.rs",
    "rust-lang.org",
    "golang.org",
    "go.dev",
    "kubernetes.io",
    "k8s.io",
    "docker.com",
    "docker.io",
    "quay.io",
    "gcr.io",
    "postgresql.org",
    "mysql.com",
    "mariadb.com",
    "oracle.com",
    "java.com",
    "eclipse.org",
    "springframework.org",
    "mozilla.org",
    "openssl.org",
    "openssh.com",
    "libssh.org",
    "samba.org",
    "digicert.com",
    "verisign.com",
    "letsencrypt.org",
    "globalsign.com",
    "ntp.org",
    "nist.gov",
    "mitre.org",
    "stackoverflow.com",
    "openxmlformats.org",
    "adobe.com",
    "citrix.com",
    "cisco.com",
    "hpe.com",
    "dell.com",
    "netapp.com",
    "ibm.com",
    "google.com",
    "googleapis.com",
    "gstatic.com",
    "mongodb.org",
    "mongodb.com",
    "elastic.co",
    "nginx.org",
    "nginx.com",
    "isc.org",
    "zlib.net",
    "sqlite.org",
    "bouncycastle.org",
    "slf4j.org",
    "json.org",
    "example.com",
    "example.net",
    "example.org",
    "in-addr.arpa",
    "ip6.arpa",
];

/// Whether an account of this name comes with a system or a program.
pub(super) fn is_account(name: &[u8]) -> bool {
    WORDS.bits(name) & ACCOUNT != 0
}

/// Whether this is no name of one computer.
pub(super) fn is_no_host(name: &[u8]) -> bool {
    WORDS.bits(name) & (NO_HOST | ACCOUNT) != 0
}

/// Whether messages of any program have this word.
pub(super) fn is_ordinary(word: &[u8]) -> bool {
    WORDS.bits(word) & ORDINARY != 0
}

/// How far the last label of a dotted name says that it is a DNS name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It does.
    Sure,
    /// It may be another thing as well.
    Weak,
    /// It does not.
    None,
}

/// Returns what the last label of a dotted name says.
pub(super) fn ending(label: &[u8]) -> Ending {
    match WORDS.bits(label) {
        bits if bits & ENDING != 0 => Ending::Sure,
        bits if bits & WEAK_ENDING != 0 => Ending::Weak,
        _ => Ending::None,
    }
}

/// Whether names of classes and settings begin so.
pub(super) fn begins_code(label: &[u8]) -> bool {
    WORDS.bits(label) & CODE != 0
}

/// Ends of names of which the part before belongs to a customer of the provider, as the Public Suffix List
/// (<https://publicsuffix.org>) and the documentation of the providers have them.
const CLOUD_SERVICES: &[&str] = &[
    "core.windows.net",
    "database.windows.net",
    "servicebus.windows.net",
    "vault.azure.net",
    "documents.azure.com",
    "azurewebsites.net",
    "cloudapp.azure.com",
    "cloudapp.net",
    "trafficmanager.net",
    "azurefd.net",
    "azureedge.net",
    "azurecr.io",
    "onmicrosoft.com",
    "sharepoint.com",
    "protection.outlook.com",
    "amazonaws.com",
    "cloudfront.net",
    "wasabisys.com",
    "backblazeb2.com",
    "digitaloceanspaces.com",
    "r2.cloudflarestorage.com",
    "storage.googleapis.com",
    "appspot.com",
    "run.app",
    "herokuapp.com",
    "service-now.com",
    "atlassian.net",
    "zendesk.com",
    "my.salesforce.com",
];

/// Labels before such an end that say which service or region it is, not whose.
const CLOUD_PARTS: &str = "blob file queue table dfs web privatelink mail s3 s3-accelerate s3-control s3-website dualstack ec2 \
    compute compute-1 rds elb es sqs sns sts kms dynamodb lambda execute-api cache redshift efs logs monitoring ecr dkr api \
    login www management graph portal";

/// Where the end of a DNS name begins that says which cloud service it is; what stands before it is a customer's, if anything.
pub(super) fn cloud_service(name: &[u8]) -> Option<usize> {
    let ends = |service: &&&str| {
        let at = name.len().checked_sub(service.len())?;
        (name[at..].eq_ignore_ascii_case(service.as_bytes()) && (at == 0 || name[at - 1] == b'.')).then_some(at)
    };
    let mut at = CLOUD_SERVICES.iter().find_map(|service| ends(&service))?;
    // `eu-central-1`, `westeurope` of `x.westeurope.cloudapp.azure.com`.
    let mut region = name[at..].eq_ignore_ascii_case(b"cloudapp.azure.com");
    while let Some(before) = at.checked_sub(1) {
        let start = memchr::memrchr(b'.', &name[..before]).map_or(0, |dot| dot + 1);
        let label = &name[start..before];
        let is_part = CLOUD_PARTS.split_ascii_whitespace().any(|part| label.eq_ignore_ascii_case(part.as_bytes()));
        if !(is_part || is_region(label) || std::mem::take(&mut region)) {
            break;
        }
        at = start;
    }
    Some(at)
}

/// Whether a label is the name of a region of Amazon's: `eu-central-1`, `us-gov-west-1`, also behind `s3-`.
fn is_region(label: &[u8]) -> bool {
    let label = label.strip_prefix(b"s3-").unwrap_or(label);
    let mut parts = label.split(|byte| *byte == b'-');
    let land = parts.next().is_some_and(|part| part.len() == 2 && part.iter().all(u8::is_ascii_lowercase));
    let number = parts.next_back().is_some_and(|part| part.len() == 1 && part[0].is_ascii_digit());
    let words = parts.clone().count();
    land && number
        && (1..=2).contains(&words)
        && parts.all(|part| part.len() >= 3 && part.iter().all(u8::is_ascii_lowercase))
}

/// Whether a DNS name is of a maker or a standard, and not that of a computer in a maker's own network.
pub(super) fn is_public_name(name: &[u8]) -> bool {
    if let Some(service) = cloud_service(name) {
        return service == 0;
    }
    let public = |domain: &&str| {
        let Some(at) = name.len().checked_sub(domain.len()) else { return false };
        if !name[at..].eq_ignore_ascii_case(domain.as_bytes()) {
            return false;
        }
        let first = name[..at].split(|byte| *byte == b'.').next().unwrap_or_default();
        let labels = name[..at].split(|byte| *byte == b'.').count() - 1;
        // RFC 2606: nobody has a computer there, but somebody may have written one of his there.
        let is_example = domain.starts_with("example.");
        at == 0 || name[at - 1] == b'.' && (labels == 1 && !is_example || !first.iter().any(u8::is_ascii_digit))
    };
    PUBLIC_DOMAINS.iter().any(public)
}

/// Whether a name tells so much that it can be replaced wherever it stands alone: not a word that others use too.
pub(super) fn is_telling(name: &[u8]) -> bool {
    let letters = name.iter().any(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    let only_hex = name.iter().all(u8::is_ascii_hexdigit) && name.iter().any(u8::is_ascii_digit);
    let marked = name.iter().any(|byte| byte.is_ascii_digit() || b"-_.$".contains(byte));
    let long_enough = name.len() >= if marked { 3 } else { 4 };
    let known = is_account(name) || is_no_host(name) || is_ordinary(name) || ending(name) != Ending::None;
    let code = begins_code(name);
    letters && long_enough && !known && !code && !(only_hex && name.len() < 5)
}

/// Whether a text begins with what is counted: `rows`, `ms`.
pub(super) fn begins_unit(text: &[u8]) -> bool {
    const UNITS: &[&[u8]] = &[
        b"ns", b"us", b"ms", b"s", b"sec", b"seconds", b"b", b"byte", b"bytes", b"kb", b"mb", b"gb", b"kib", b"mib",
        b"gib", b"blocks", b"rows", b"records", b"ticks", b"items", b"more",
    ];
    let length = text.iter().take_while(|it| it.is_ascii_alphabetic()).count();
    UNITS.iter().any(|it| it.eq_ignore_ascii_case(&text[..length]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_and_words_do_not() {
        for name in ["srv-vbr01", "jdoe", "dn228", "CONTOSO", "müller", "ex1"] {
            assert!(is_telling(name.as_bytes()), "{name}");
        }
        for word in ["root", "Administrator", "error", "will", "localhost", "42", "a1", "0a1", "bob", "local", "SYSTEM"]
        {
            assert!(!is_telling(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn names_of_makers_are_public() {
        for (name, expected) in [
            ("www.microsoft.com", true),
            ("veeam.com", true),
            ("notveeam.com", false),
            ("veeam.com.evil.org", false),
            ("com", false),
            ("settings.data.microsoft.com", true),
            ("srv-41.corp.microsoft.com", false),
            ("example.com", true),
            ("mail.example.org", true),
            ("srv41.example.com", false),
        ] {
            assert_eq!(is_public_name(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn customers_of_cloud_services_are_not_public() {
        for (name, customer) in [
            ("sql01.database.windows.net", "sql01"),
            ("acct.blob.core.windows.net", "acct"),
            ("core.windows.net", ""),
            ("blob.core.windows.net", ""),
            ("my.bucket.s3.eu-central-1.amazonaws.com", "my.bucket"),
            ("bucket.s3-us-gov-west-1.amazonaws.com", "bucket"),
            ("s3.eu-central-1.amazonaws.com", ""),
            ("vm7.westeurope.cloudapp.azure.com", "vm7"),
            ("contoso.sharepoint.com", "contoso"),
        ] {
            let at = cloud_service(name.as_bytes()).unwrap();
            assert_eq!(name[..at].trim_end_matches('.'), customer, "{name}");
            assert_eq!(is_public_name(name.as_bytes()), customer.is_empty(), "{name}");
        }
        for name in ["windows.net", "notcore.windows.net", "database.windows.net.evil.org"] {
            assert_eq!(cloud_service(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn endings_are_told_apart() {
        assert_eq!(ending(b"local"), Ending::Sure);
        assert_eq!(ending(b"py"), Ending::Weak);
        assert_eq!(ending(b"log"), Ending::None);
    }
}
