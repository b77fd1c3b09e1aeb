use super::later::Later;
use super::{Correlation, FixedIn, Os, Span, Variants, Versions};
use std::path::PathBuf;
use std::sync::Arc;

/// A known problem: how its trace in a log looks, what it means, what to do.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Path of its file below the catalogue, without `.yaml`: `veeam/backup-replication/vss-writer-timeout`.
    pub id: Arc<str>,
    /// One line for people.
    pub title: String,
    /// Whether it may be used.
    pub status: Status,
    /// Which support level it belongs to.
    pub level: SupportLevel,
    /// Where the cause lies.
    pub side: Side,
    /// How bad it is for the customer.
    pub severity: Severity,
    /// From `_product.yaml`.
    pub vendor: String,
    /// From `_product.yaml`.
    pub product: String,
    /// Part of the product, if stated.
    pub component: Option<String>,
    /// Which files it applies to.
    pub scope: Scope,
    /// What a record must contain. Of a correlation: of what one of its parts must contain.
    pub condition: Condition,
    /// What several records must be to each other, if one does not decide. The condition alone means nothing then.
    pub correlation: Option<Correlation>,
    /// What people are told about it.
    pub advice: Later<Advice>,
    /// Whether it speaks only for records that no other signature about one record claims.
    pub general: bool,
    /// Less specific signatures that are hidden when this one holds.
    pub suppresses: Vec<Arc<str>>,
    /// Signatures of problems that bring this one about: where one of them was there before, this one is its effect.
    pub caused_by: Vec<Arc<str>>,
    /// How long after its last record a cause still counts as one.
    pub caused_within: Span,
    /// Ids this signature had before.
    pub formerly: Vec<Arc<str>>,
    /// Of a deprecated one: the signature that describes the problem now.
    pub replaced_by: Option<Arc<str>>,
    /// What differs by the value of a capture.
    pub variants: Option<Variants>,
    /// Log excerpts that must and must not match.
    pub examples: Later<Examples>,
    /// Where it was read from, for messages.
    pub source: PathBuf,
}

/// What people are told about a problem.
#[derive(Clone, Debug, Default)]
pub struct Advice {
    /// Why it happens, one or two sentences.
    pub cause: String,
    /// What it means for the customer.
    pub impact: Option<String>,
    /// What to do.
    pub fixes: Vec<Fix>,
    /// Public pages that state the problem.
    pub references: Vec<Reference>,
    /// What the vendor needs when it is not solved.
    pub escalate: Option<Escalate>,
}

/// Life cycle of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Used only from a catalogue named on the command line.
    Draft,
    /// In use.
    Stable,
    /// No longer used.
    Deprecated,
}

/// The support level that can solve a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SupportLevel {
    /// Configuration and basic client, network and server problems.
    L1,
    /// Needs reading of the customer's logs.
    L2,
    /// A known product defect: escalate to the vendor.
    L3,
}

/// Where the cause of a problem lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The client computer or protected machine.
    Client,
    /// Between them.
    Network,
    /// The product's server.
    Server,
    /// Disks, repositories, tapes.
    Storage,
    /// A setting.
    Config,
}

/// How bad a problem is; the greatest is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Harmless unless it stays.
    Low,
    /// Something does not work as it should.
    Medium,
    /// A job or service fails.
    High,
    /// Data is lost or everything stands still.
    Critical,
}

/// Which files a signature applies to, and on which versions and systems.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Globs on the path inside the bundle: at least one must fit, if any is given.
    pub files: Vec<String>,
    /// None may fit.
    pub not_files: Vec<String>,
    /// Versions of the product that have the problem; on others the records mean something else.
    pub versions: Option<Versions>,
    /// Versions of the product in which the problem is fixed: a trace of it is old there.
    pub fixed_in: FixedIn,
    /// The fact that states the version, if it is not the first version of the signature's own product.
    pub version_fact: Option<Arc<str>>,
    /// Systems on which it occurs, if any are given.
    pub os: Vec<Os>,
}

impl Scope {
    /// Whether the version of the product decides what a match means.
    pub fn asks_version(&self) -> bool {
        self.versions.is_some() || !self.fixed_in.is_empty()
    }

    /// Whether a match may turn out to mean something else, by the version or the system.
    pub fn may_withdraw(&self) -> bool {
        self.versions.is_some() || !self.os.is_empty()
    }

    /// Whether facts decide what a match means.
    pub fn asks_facts(&self) -> bool {
        self.asks_version() || !self.os.is_empty()
    }
}

/// What a record must contain; evaluated on one record with all its lines.
#[derive(Clone, Debug)]
pub enum Condition {
    /// At least one holds.
    Any(Vec<Condition>),
    /// All hold.
    All(Vec<Condition>),
    /// None holds. Only inside `All`.
    None(Vec<Condition>),
    /// Contains the text.
    Text {
        /// As it stands in the log.
        text: String,
        /// ASCII letters match in both cases.
        nocase: bool,
    },
    /// Matches the regular expression, `^` and `$` at line borders; named groups are captures.
    Regex(String),
    /// Has fields with these values; all hold.
    Fields(Vec<FieldTest>),
}

/// What a field of a record must be.
#[derive(Clone, Debug)]
pub struct FieldTest {
    /// Its name; `record::fields` says which names a record has.
    pub name: String,
    /// At least one fits a value that the record has for it.
    pub values: Vec<FieldValue>,
}

/// What the value of a field must be.
#[derive(Clone, Debug)]
pub enum FieldValue {
    /// This text and no other: `7000` is neither `07000` nor `7000.0`, `Disk` is not `disk`.
    Is(String),
    /// `Text` or `Regex`, evaluated on the value.
    Like(Condition),
}

/// One way to solve a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Who can do it.
    pub level: SupportLevel,
    /// Whom the steps address.
    pub audience: Audience,
    /// In order.
    pub steps: Vec<String>,
    /// What can go wrong, or `none`.
    pub risk: Option<String>,
    /// How to see that it worked.
    pub verify: Option<String>,
}

/// Whom a fix addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The customer's administrator.
    Customer,
    /// The partner's engineer.
    Partner,
    /// The vendor.
    Vendor,
}

/// A public page that states the problem.
#[derive(Clone, Debug)]
pub struct Reference {
    /// `kb`, `docs`, `issue`, `forum`, `standard`, `blog`, `source`, `rfc`.
    pub kind: String,
    /// The vendor's number of it, e.g. `KB1680`.
    pub id: Option<String>,
    /// Where it is; begins with `https://` or `http://`.
    pub url: String,
}

/// What the vendor needs when a problem is not solved.
#[derive(Clone, Debug)]
pub struct Escalate {
    /// When to escalate.
    pub when: Option<String>,
    /// Globs of the files the vendor will ask for.
    pub needs_files: Vec<String>,
    /// Names of the facts the vendor will ask for.
    pub needs_facts: Vec<String>,
}

/// Log excerpts that prove a signature.
#[derive(Clone, Debug, Default)]
pub struct Examples {
    /// Each must match.
    pub matching: Vec<Example>,
    /// None may match.
    pub not_matching: Vec<Example>,
    /// None decides whether it matches.
    pub inconclusive: Vec<Example>,
    /// Each must match on a version in which the problem is fixed.
    pub old: Vec<Example>,
}

/// A log excerpt, or several that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Paths and texts. The path of a single text may be empty: then it stands for any file that the signature applies to.
    pub files: Vec<(String, String)>,
}

impl Example {
    /// Returns all texts, each behind the other.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(_, text)| text.as_str())
    }
}

impl From<&str> for Example {
    fn from(text: &str) -> Example {
        Example { files: vec![(String::new(), text.to_owned())] }
    }
}

impl Signature {
    /// How long after its last record a cause counts, if the author does not say.
    pub const CAUSED_WITHIN: Span = Span(86_400_000_000_000);

    /// Makes a stable signature of which nothing is known but what a record must contain: of level L2, on the server, no
    /// trouble, in all files.
    pub fn of_condition(id: impl Into<Arc<str>>, condition: Condition) -> Signature {
        Signature {
            id: id.into(),
            title: String::new(),
            status: Status::Stable,
            level: SupportLevel::L2,
            side: Side::Server,
            severity: Severity::Info,
            vendor: String::new(),
            product: String::new(),
            component: None,
            scope: Scope::default(),
            condition,
            correlation: None,
            advice: Later::default(),
            general: false,
            suppresses: Vec::new(),
            caused_by: Vec::new(),
            caused_within: Signature::CAUSED_WITHIN,
            formerly: Vec::new(),
            replaced_by: None,
            variants: None,
            examples: Later::default(),
            source: PathBuf::new(),
        }
    }
}

impl Status {
    /// Returns the name used in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::Stable => "stable",
            Status::Deprecated => "deprecated",
        }
    }
}

impl SupportLevel {
    /// Returns the name used in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            SupportLevel::L1 => "L1",
            SupportLevel::L2 => "L2",
            SupportLevel::L3 => "L3",
        }
    }
}

impl Side {
    /// Returns the name used in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Side::Client => "client",
            Side::Network => "network",
            Side::Server => "server",
            Side::Storage => "storage",
            Side::Config => "config",
        }
    }
}

impl Severity {
    /// Returns the name used in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl Audience {
    /// Returns the name used in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Audience::Customer => "customer",
            Audience::Partner => "partner",
            Audience::Vendor => "vendor",
        }
    }
}
