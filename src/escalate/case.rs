//! A case before it is sent: its subject, what the engineer knows, what is missing.

use super::gate::{self, Shortfall, Step};
use super::subject::{self, Subject, SubjectError};
use crate::diagnosis::Diagnosis;
use crate::signature::{RuleKind, Severity, SignatureSet, Vendor, VendorProduct, VendorSeverity};

/// What the engineer knows that no log tells.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// Ids of unexplained errors and signatures: the case is about the first that is in the logs of a product of the vendor; about
    /// the likeliest one if nothing is said.
    pub findings: Vec<String>,
    /// The product, by name or folder.
    pub product: Option<String>,
    /// What the customer is called here; a vendor that deals with the partner alone must not be told.
    pub customer: Option<String>,
    /// The number of the support contract.
    pub contract: Option<String>,
    /// How bad it is for the customer, if the engineer knows better than the logs.
    pub severity: Option<Severity>,
    /// The customer was attacked with ransomware.
    pub ransomware: bool,
    /// What was tried: in words, or the id of a signature all of whose steps were.
    pub tried: Vec<String>,
    /// Facts that the logs do not state, by name.
    pub facts: Vec<(String, String)>,
    /// Why the case leaves although something is missing.
    pub override_gate: Option<String>,
    /// The public keys of those who alone shall read the package; what the vendor's profile says if there are none.
    pub encrypt_to: Vec<String>,
}

/// A case as it stands.
#[derive(Clone, Debug)]
pub struct Case<'d> {
    /// The vendor.
    pub vendor: &'d Vendor,
    /// Its product.
    pub product: &'d VendorProduct,
    /// What it is about.
    pub subject: Subject<'d>,
    /// The severity by our words.
    pub severity: Severity,
    /// The same by the vendor's; `None` if it has told none.
    pub vendor_severity: Option<&'d VendorSeverity>,
    /// What is missing, the worst first.
    pub shortfalls: Vec<Shortfall<'d>>,
    /// Steps of level 1 for known problems in the same logs that nobody says were tried.
    pub untried: Vec<Step<'d>>,
    /// Why it leaves all the same.
    pub overridden: Option<&'d str>,
}

impl Case<'_> {
    /// Whether it may be sent. No reason is good enough to tell a vendor of the customer.
    pub fn may_leave(&self) -> bool {
        let tells = self.shortfalls.iter().any(|it| matches!(it, Shortfall::Customer { .. }));
        !tells && (self.shortfalls.is_empty() || self.overridden.is_some())
    }
}

/// Makes a case of a diagnosis. `paths` are all files of the bundle; nothing is sent anywhere.
pub fn prepare<'d>(
    diagnosis: &'d Diagnosis,
    set: &'d SignatureSet,
    vendor: &'d Vendor,
    paths: &[String],
    intake: &'d Intake,
) -> Result<Case<'d>, SubjectError> {
    let (subject, product) = subject::choose(diagnosis, set, vendor, &intake.findings, intake.product.as_deref())?;
    let attacked = intake.ransomware && vendor.rule(RuleKind::Ransomware).is_some();
    let severity = match attacked {
        true => Severity::Critical,
        false => intake.severity.unwrap_or_else(|| subject.severity()),
    };
    Ok(Case {
        vendor,
        product,
        subject,
        severity,
        vendor_severity: vendor.severity(severity),
        shortfalls: gate::shortfalls(diagnosis, vendor, product, subject, paths, intake),
        untried: gate::untried(diagnosis, subject, intake),
        overridden: intake.override_gate.as_deref(),
    })
}
