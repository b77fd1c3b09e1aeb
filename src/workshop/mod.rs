//! For authors of signatures: `check` lints a catalogue and runs its examples.
