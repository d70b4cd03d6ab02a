//! Builds again when the portal has been built again.

fn main() {
    println!("cargo::rerun-if-changed=../../portal/dist");
}
