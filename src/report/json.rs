use crate::diagnosis::Diagnosis;

/// Renders the report of schema `tierline.report/1`, pretty-printed with a final newline.
pub fn json(diagnosis: &Diagnosis) -> String {
    let _ = diagnosis;
    String::new()
}
