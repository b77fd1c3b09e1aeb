//! Runs the real program and reads the source. These tests only prove that things are connected; what a part does is
//! tested beside it.

mod layers;
mod signatures;
