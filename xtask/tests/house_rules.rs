//! The house rules, run on this working tree. What each one means stands in its file in `xtask/src/rules/`.

use std::sync::LazyLock;
use terrane_xtask::rules::{self, Rule};
use terrane_xtask::stats::Lengths;
use terrane_xtask::{Exceptions, Repo};

static REPO: LazyLock<Repo> = LazyLock::new(|| Repo::open(&Repo::root()).expect("the working tree can be read"));

#[track_caller]
fn kept(name: &str) {
    let rule: &Rule = rules::ALL.iter().find(|rule| rule.name == name).expect("the rule is in the table");
    let complaints = Exceptions::of(&REPO).judge(name, &(rule.check)(&REPO));
    assert!(complaints.is_empty(), "\n\n{}\n", complaints.join("\n"));
}

/// One test for each rule, with a sentence for a name.
macro_rules! house_rules {
    ($($sentence:ident: $rule:literal,)*) => {
        $(#[test]
        fn $sentence() {
            kept($rule);
        })*

        #[test]
        fn every_rule_of_the_table_is_tested_here() {
            let mut tested = [$($rule),*];
            tested.sort_unstable();
            assert_eq!(tested.to_vec(), rules::ALL.map(|rule| rule.name).to_vec());
        }
    };
}

house_rules! {
    the_change_log_has_a_place_for_the_next_change: "changelog",
    the_code_map_names_every_folder: "code_map",
    cfg_is_decided_in_module_roots: "conditions",
    decisions_are_numbered_and_fit_on_a_page: "decisions",
    crates_use_each_other_one_way: "edges",
    there_are_at_most_five_cargo_features: "features",
    no_file_is_too_long: "files",
    no_function_is_too_long: "functions",
    handlers_only_ask_call_and_answer: "handlers",
    every_module_says_what_it_is: "headers",
    links_in_documents_lead_somewhere: "links",
    every_package_takes_the_workspace_lints: "lints",
    lock_files_name_public_registries_only: "locks",
    nothing_gives_up_at_run_time: "panics",
    every_protocol_has_its_four_parts: "protocols",
    unsafe_is_written_in_named_crates_only: "unsafety",
    only_the_http_side_knows_axum: "web",
    the_project_speaks_of_itself_alone: "words",
}

#[test]
fn the_list_of_exceptions_can_be_read_and_names_rules_that_exist() {
    let list = Exceptions::of(&REPO);
    assert!(list.complaints().is_empty(), "{:?}", list.complaints());
    for (line, name) in list.rules() {
        assert!(
            rules::ALL.iter().any(|rule| rule.name == name),
            "xtask/exceptions.txt:{line}: there is no rule {name}"
        );
    }
}

/// Printed with `--nocapture`; aimed at: median 10, p90 40.
#[test]
fn the_lengths_of_functions_are_reported() {
    let lengths = Lengths::of(&REPO);
    let [median, p90, longest] = [50, 90, 100].map(|percent| lengths.percentile(percent));
    println!("{} functions: median {median} lines, p90 {p90}, longest {longest}", lengths.count());
    assert!(lengths.count() > 0);
}
