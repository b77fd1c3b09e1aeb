//! Signatures become rules of other programs, where those can say the same.
//!
//! Only the Common Reliability Enumerations (CRE) so far, which preq runs. A signature goes in, a folder with its rule and its
//! examples as test logs comes out, or why not; what of it the other format has no place for is told.

mod cre;
mod terms;

use crate::signature::Signature;
use std::collections::BTreeMap;

/// What became of signatures.
#[derive(Clone, Debug, Default)]
pub struct Exported {
    /// Files by their path below the folder.
    pub files: BTreeMap<String, String>,
    /// The signatures that became rules: id, id of the rule, what was not kept.
    pub rules: Vec<(String, String, Vec<String>)>,
    /// The signatures that cannot be said in the format: id, why.
    pub refused: Vec<(String, String)>,
}

/// Exports signatures as CRE rules, each in a folder of its own.
pub fn export_cre<'s>(signatures: impl IntoIterator<Item = &'s Signature>) -> Exported {
    let mut exported = Exported::default();
    for signature in signatures {
        match cre::rule(signature) {
            Ok(rule) => {
                let folder = rule.id.to_lowercase();
                exported.files.insert(format!("{folder}/{folder}.yaml"), rule.yaml);
                let logs = [("test.log", rule.fires), ("test-fp.log", rule.silent)];
                for (name, text) in logs.into_iter().filter_map(|(name, text)| Some((name, text?))) {
                    exported.files.insert(format!("{folder}/{name}"), text);
                }
                exported.rules.push((signature.id.to_string(), rule.id, rule.notes));
            }
            Err(why) => exported.refused.push((signature.id.to_string(), why)),
        }
    }
    exported
}
