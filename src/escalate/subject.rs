//! What a case is about: one problem of one product of the vendor.

use crate::diagnosis::{Diagnosis, Known, State, Unresolved};
use crate::finding::{Group, Level};
use crate::scan::Globs;
use crate::signature::{Severity, SignatureSet, SupportLevel, Vendor, VendorProduct};

/// The problem that a case is about.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'d> {
    /// A known defect of the product, which only its vendor can mend.
    Known(&'d Known),
    /// An error that no signature claims.
    Unresolved(&'d Unresolved),
}

/// Why there is nothing to open a case about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// No finding has this id.
    #[error(
        "no unexplained error and no known problem of these logs has the id `{0}`; `-o json` of a triage lists them"
    )]
    Unknown(String),
    /// The finding is in the logs of no product of the vendor.
    #[error("`{id}` is in no log of a product of {vendor}; name the product with `--product`")]
    Foreign {
        /// The finding.
        id: String,
        /// The vendor.
        vendor: String,
    },
    /// There is no error message of the product.
    #[error(
        "the logs have no unexplained error of a product of {0}, and no known defect; if the case is about something else, name it with \
         `--finding ID`, which `-o json` of a triage lists"
    )]
    Nothing(String),
    /// The vendor has no such product.
    #[error("{vendor} has no product `{product}`; its products are {known}")]
    NoProduct {
        /// The vendor.
        vendor: String,
        /// What was asked for.
        product: String,
        /// What there is.
        known: String,
    },
}

impl<'d> Subject<'d> {
    /// The id of the finding or of the signature.
    pub fn id(&self) -> &'d str {
        match self {
            Subject::Known(known) => &known.signature.id,
            Subject::Unresolved(unresolved) => &unresolved.id,
        }
    }

    /// Counts and evidence.
    pub fn group(&self) -> &'d Group {
        match self {
            Subject::Known(known) => &known.group,
            Subject::Unresolved(unresolved) => &unresolved.finding.group,
        }
    }

    /// The product's message, verbatim, with all its lines.
    pub fn message(&self) -> &'d str {
        match (self.group().evidence.first(), self) {
            (Some(evidence), _) => &evidence.text,
            (None, Subject::Unresolved(unresolved)) => &unresolved.finding.template,
            (None, Subject::Known(known)) => &known.signature.title,
        }
    }

    /// How bad it is, if nobody says otherwise: an error that is not understood is taken for one that stops a job.
    pub fn severity(&self) -> Severity {
        match self {
            Subject::Known(known) => known.signature.severity,
            Subject::Unresolved(it) if it.finding.level >= Level::Fatal => Severity::Critical,
            Subject::Unresolved(it) if it.finding.level >= Level::Error => Severity::High,
            Subject::Unresolved(_) => Severity::Medium,
        }
    }
}

/// A product of the vendor with the globs of its logs.
struct Candidate<'v> {
    product: &'v VendorProduct,
    /// Its folder below the catalogue, with a slash behind it.
    prefix: String,
    logs: Globs,
    /// Whether the logs state a fact that the vendor asks of it.
    is_stated: bool,
}

/// Chooses what the case is about: the first that was asked for and is there, or a known defect of the product, or the likeliest root among the
/// unexplained errors in its logs.
pub(super) fn choose<'d, 'v>(
    diagnosis: &'d Diagnosis,
    set: &SignatureSet,
    vendor: &'v Vendor,
    findings: &[String],
    product: Option<&str>,
) -> Result<(Subject<'d>, &'v VendorProduct), SubjectError> {
    let candidates = candidates(diagnosis, set, vendor, product)?;
    let mut trouble = None;
    for id in findings {
        let known = diagnosis.known.iter().find(|it| *it.signature.id == *id).map(Subject::Known);
        let unresolved = || diagnosis.unresolved.iter().find(|it| it.id == *id).map(Subject::Unresolved);
        let Some(subject) = known.or_else(unresolved) else {
            trouble.get_or_insert(SubjectError::Unknown(id.clone()));
            continue;
        };
        // Whoever names finding and product has decided.
        let named = candidates.first().filter(|_| product.is_some());
        if let Some(candidate) = candidates.iter().find(|it| it.has(subject)).or(named) {
            return Ok((subject, candidate.product));
        }
        trouble.get_or_insert(SubjectError::Foreign { id: id.clone(), vendor: vendor.vendor.clone() });
    }
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    let is_defect = |it: &&Known| it.state == State::Match && it.signature.level == SupportLevel::L3;
    let defects = diagnosis.known.iter().filter(is_defect).map(Subject::Known);
    let errors = diagnosis.unresolved.iter().filter(|it| it.finding.level >= Level::Warn).map(Subject::Unresolved);
    let mut found = defects.chain(errors).filter_map(|subject| {
        let candidate = candidates.iter().find(|it| it.has(subject))?;
        Some((subject, candidate.product))
    });
    found.next().ok_or_else(|| SubjectError::Nothing(vendor.vendor.clone()))
}

/// The products of the vendor. Logs of several may fit one file: those come first of which the logs state a version.
fn candidates<'v>(
    diagnosis: &Diagnosis,
    set: &SignatureSet,
    vendor: &'v Vendor,
    product: Option<&str>,
) -> Result<Vec<Candidate<'v>>, SubjectError> {
    let is_wanted = |it: &&VendorProduct| {
        product.is_none_or(|wanted| it.name.eq_ignore_ascii_case(wanted) || it.folder.eq_ignore_ascii_case(wanted))
    };
    let candidate = |product: &'v VendorProduct| {
        let folder = format!("{}/{}", vendor.folder, product.folder);
        let files = set.products().iter().find(|it| *it.folder == *folder).map(|it| it.files.as_slice());
        let is_stated = product.facts.iter().any(|own| diagnosis.facts.iter().any(|it| *it.name == **own));
        let mut files = files.unwrap_or_default().to_vec();
        // What the vendor asks for is of the product, where it is there at all; what it may ask for is the system's too.
        if is_stated {
            files.extend(product.logs.iter().filter(|it| !it.is_optional).flat_map(|it| it.files.iter().cloned()));
        }
        Candidate { product, prefix: folder + "/", logs: Globs::new(&files), is_stated }
    };
    let mut candidates: Vec<_> = vendor.products.iter().filter(is_wanted).map(candidate).collect();
    candidates.sort_by_key(|it| !it.is_stated);
    match product {
        Some(product) if candidates.is_empty() => {
            let names: Vec<String> = vendor.products.iter().map(|it| format!("`{}`", it.name)).collect();
            let known = names.join(", ");
            Err(SubjectError::NoProduct { vendor: vendor.vendor.clone(), product: product.to_owned(), known })
        }
        _ => Ok(candidates),
    }
}

impl Candidate<'_> {
    /// Whether the problem is one of this product: by its signature, or by the log that it stands in.
    fn has(&self, subject: Subject<'_>) -> bool {
        match subject {
            Subject::Known(known) => known.signature.id.starts_with(&self.prefix),
            Subject::Unresolved(_) => {
                subject.group().evidence.first().is_some_and(|it| self.logs.fit(it.file.as_ref()))
            }
        }
    }
}
