use crate::diagnosis::Diagnosis;

/// Renders Markdown for a ticket or a wiki.
pub fn markdown(diagnosis: &Diagnosis) -> String {
    let _ = diagnosis;
    String::new()
}
