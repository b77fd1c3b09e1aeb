//! Embeds the catalogue.

fn main() {
    println!("cargo::rerun-if-changed=signatures");
}
