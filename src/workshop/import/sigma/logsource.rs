//! Where the events of a Sigma rule come from, and what their fields are called here.

use crate::signature::yaml::Node;
use crate::signature::{Condition, FieldTest, FieldValue};

/// The `logsource` of a rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    category: Option<String>,
    pub(super) product: Option<String>,
    service: Option<String>,
}

/// Channels of Windows by the service that Sigma calls them.
const CHANNELS: &[(&str, &[&str])] = &[
    ("application", &["Application"]),
    ("applocker", &["Microsoft-Windows-AppLocker/EXE and DLL", "Microsoft-Windows-AppLocker/MSI and Script"]),
    ("bits-client", &["Microsoft-Windows-Bits-Client/Operational"]),
    ("codeintegrity-operational", &["Microsoft-Windows-CodeIntegrity/Operational"]),
    ("dns-server", &["DNS Server"]),
    ("driver-framework", &["Microsoft-Windows-DriverFrameworks-UserMode/Operational"]),
    ("firewall-as", &["Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"]),
    ("ntlm", &["Microsoft-Windows-NTLM/Operational"]),
    ("openssh", &["OpenSSH/Operational"]),
    ("powershell", &["Microsoft-Windows-PowerShell/Operational", "PowerShellCore/Operational"]),
    ("powershell-classic", &["Windows PowerShell"]),
    ("printservice-admin", &["Microsoft-Windows-PrintService/Admin"]),
    ("printservice-operational", &["Microsoft-Windows-PrintService/Operational"]),
    ("security", &["Security"]),
    ("smbclient-security", &["Microsoft-Windows-SmbClient/Security"]),
    ("sysmon", &["Microsoft-Windows-Sysmon/Operational"]),
    ("system", &["System"]),
    ("taskscheduler", &["Microsoft-Windows-TaskScheduler/Operational"]),
    ("terminalservices-localsessionmanager", &["Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"]),
    ("windefend", &["Microsoft-Windows-Windows Defender/Operational"]),
    ("wmi", &["Microsoft-Windows-WMI-Activity/Operational"]),
];

/// Events of Sysmon by the category that Sigma calls them.
const CATEGORIES: &[(&str, &[&str])] = &[
    ("create_remote_thread", &["8"]),
    ("create_stream_hash", &["15"]),
    ("dns_query", &["22"]),
    ("driver_load", &["6"]),
    ("file_change", &["2"]),
    ("file_delete", &["23", "26"]),
    ("file_event", &["11"]),
    ("image_load", &["7"]),
    ("network_connection", &["3"]),
    ("pipe_created", &["17", "18"]),
    ("process_access", &["10"]),
    ("process_creation", &["1"]),
    ("process_tampering", &["25"]),
    ("process_termination", &["5"]),
    ("raw_access_thread", &["9"]),
    ("registry_add", &["12"]),
    ("registry_delete", &["12"]),
    ("registry_event", &["12", "13", "14"]),
    ("registry_rename", &["14"]),
    ("registry_set", &["13"]),
    ("wmi_event", &["19", "20", "21"]),
];

/// What the header of an event of Windows is called.
const HEADER: &[(&str, &str)] = &[
    ("Channel", "channel"),
    ("Computer", "computer"),
    ("ComputerName", "computer"),
    ("EventID", "event_id"),
    ("EventLog", "channel"),
    ("Level", "level"),
    ("Provider_Name", "provider"),
    ("Source", "provider"),
];

impl Source {
    pub(super) fn of(node: Option<&Node<'_>>) -> Source {
        let text = |name: &str| node.and_then(|node| node.get(name)).and_then(Node::text).map(str::to_lowercase);
        Source { category: text("category"), product: text("product"), service: text("service") }
    }

    /// For a comment and for the name of a product: `windows security`.
    pub(super) fn name(&self) -> String {
        let words = [&self.product, &self.service, &self.category].into_iter().flatten();
        words.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    fn is_windows(&self) -> bool {
        self.product.as_deref() == Some("windows")
    }

    /// Returns what a field of the events is called.
    pub(super) fn field(&self, name: &str) -> String {
        if !self.is_windows() {
            return name.to_owned();
        }
        match HEADER.iter().find(|(sigma, _)| *sigma == name) {
            Some((_, own)) => (*own).to_owned(),
            None if name.contains('.') => name.to_owned(),
            None => format!("data.{name}"),
        }
    }

    /// Returns what tells the events from those of other sources, and what of the source is not said by it.
    pub(super) fn condition(&self) -> (Option<Condition>, Option<String>) {
        if !self.is_windows() {
            let detail = format!("the source `{}` names no files: the signature looks at all logs", self.name());
            return (None, Some(detail));
        }
        let find = |table: &[(&str, &'static [&'static str])], name: &Option<String>| {
            let name = name.as_deref()?;
            table.iter().find(|(sigma, _)| *sigma == name).map(|(_, values)| *values)
        };
        let test = |name: &str, values: &[&str]| FieldTest {
            name: name.to_owned(),
            values: values.iter().map(|value| FieldValue::Is((*value).to_owned())).collect(),
        };
        if let Some(channels) = find(CHANNELS, &self.service) {
            return (Some(Condition::Fields(vec![test("channel", channels)])), None);
        }
        if let Some(ids) = find(CATEGORIES, &self.category) {
            let tests = vec![test("provider", &["Microsoft-Windows-Sysmon"]), test("event_id", ids)];
            let detail = (self.category.as_deref() == Some("process_creation")).then(|| {
                "of the events of the category those of Sysmon are looked at, not 4688 of Security".to_owned()
            });
            return (Some(Condition::Fields(tests)), detail);
        }
        if self.service.is_none() && self.category.is_none() {
            return (None, None);
        }
        (None, Some(format!("the source `{}` is not known: events of all channels are looked at", self.name())))
    }
}
