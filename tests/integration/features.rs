//! Every feature of the signature language has a test that fires and one that must not: the table of them.
//!
//! Which fields there are is asked of the loader itself, so that a new one is missing here until it has its tests. That a
//! test is there is read from the sources; that it holds, by running it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tierline::signature::load_str;

/// What a mapping is called in messages, the path to one in a signature, and its fields, each with the tests that show what it
/// does and what it does not do.
type Mapping = (&'static str, &'static str, &'static [(&'static str, &'static [&'static str])]);

const MAPPINGS: &[Mapping] = &[
    (
        "a signature",
        "",
        &[
            ("title", &["all_fields_arrive", "scopes_that_let_nothing_in_and_equal_titles_are_told"]),
            (
                "status",
                &["drafts_are_used_from_folders_only", "a_later_catalogue_replaces_and_retires_ids_of_an_earlier_one"],
            ),
            ("level", &["all_fields_arrive", "all_mistakes_of_a_file_are_told_at_once"]),
            ("side", &["all_fields_arrive", "all_mistakes_of_a_file_are_told_at_once"]),
            ("severity", &["the_worst_comes_first_then_the_surest_then_the_most_frequent"]),
            ("component", &["all_fields_arrive"]),
            (
                "scope",
                &[
                    "a_file_is_found_in_folders_and_containers_in_any_case",
                    "scopes_that_let_nothing_in_and_equal_titles_are_told",
                ],
            ),
            ("match", &["examples_that_behave_have_no_failure", "an_example_that_does_not_match_is_told_why"]),
            ("cause", &["all_fields_arrive", "placeholders_and_captures_belong_together"]),
            ("impact", &["all_fields_arrive"]),
            ("fixes", &["fixes_must_be_there_and_say_how_to_verify"]),
            ("references", &["references_have_a_known_kind_and_a_web_address"]),
            (
                "suppresses",
                &[
                    "the_general_is_hidden_behind_the_specific_and_named_there",
                    "the_general_stays_where_it_occurs_in_a_file_without_the_specific",
                ],
            ),
            ("general", &["a_general_signature_speaks_where_no_other_does"]),
            (
                "caused_by",
                &[
                    "an_effect_stands_behind_its_cause_and_is_not_counted",
                    "a_cause_comes_before_its_effect_and_not_long_before",
                ],
            ),
            ("caused_within", &["a_cause_comes_before_its_effect_and_not_long_before"]),
            ("formerly", &["former_ids_lead_to_the_present_one", "ids_that_nobody_has_are_told_with_their_place"]),
            ("escalate", &["all_fields_arrive"]),
            ("replaced_by", &["an_old_id_leads_to_its_successor", "a_chain_is_followed_and_a_ring_leads_nowhere"]),
            ("variants", &["each_variant_is_a_diagnosis_of_its_own", "a_value_has_one_row"]),
            ("examples", &["examples_that_behave_have_no_failure", "an_example_that_does_not_behave_is_an_error"]),
        ],
    ),
    (
        "a scope",
        "scope: x",
        &[
            (
                "files",
                &[
                    "a_file_is_found_in_folders_and_containers_in_any_case",
                    "a_star_stays_in_its_folder_and_a_bare_glob_is_a_name",
                ],
            ),
            ("not_files", &["not_files_wins"]),
            (
                "versions",
                &["an_error_on_another_version_or_system_is_unexplained", "an_unknown_version_is_a_match_that_says_so"],
            ),
            ("fixed_in", &["a_trace_on_a_version_with_the_fix_is_old", "a_trace_before_an_upgrade_to_the_fix_is_old"]),
            ("version_fact", &["versions_and_systems_are_read"]),
            (
                "os",
                &[
                    "an_error_on_another_version_or_system_is_unexplained",
                    "systems_are_told_by_what_they_call_themselves",
                ],
            ),
        ],
    ),
    (
        "a condition",
        "match: x",
        &[
            ("any", &["examples_that_behave_have_no_failure", "an_example_that_does_not_match_is_told_why"]),
            ("all", &["parts_of_all_in_different_records_are_told", "all_holds_in_any_order"]),
            ("none", &["an_example_that_does_not_match_is_told_why"]),
            ("text", &["examples_that_behave_have_no_failure", "an_example_that_does_not_match_is_told_why"]),
            ("regex", &["a_pattern_is_followed_to_where_it_stops", "a_wrong_regex_is_told_at_the_place_inside_it"]),
            ("nocase", &["a_text_is_followed_to_where_it_stops"]),
            (
                "field",
                &["conditions_on_fields_are_explained", "all_pairs_must_hold", "a_text_is_the_whole_value_as_it_is"],
            ),
            (
                "use",
                &[
                    "fragments_stand_wherever_a_condition_may",
                    "a_name_that_nothing_has_is_told_in_the_file_that_uses_it",
                ],
            ),
            (
                "sequence",
                &[
                    "a_sequence_holds_in_its_order_only",
                    "sequences_in_a_log_are_the_smallest_choices",
                    "sequences_in_several_logs_take_one_record_after_the_other",
                ],
            ),
            ("within", &["within_is_from_the_first_record_to_the_last", "sets_begin_and_end_as_early_as_they_can"]),
            ("same", &["same_binds_the_values_of_parts", "matches_are_those_of_each_log_and_each_value"]),
            ("in", &["in_says_where_all_parts_stand", "hosts_are_told_apart"]),
            ("count", &["a_count_is_a_burst_in_the_window", "counts_in_a_log_are_the_smallest_choices"]),
            ("unless", &["unless_rules_out_what_has_an_exception", "an_exception_that_cannot_be_ruled_out_is_said"]),
            ("absent", &["absent_is_what_never_came", "each_doubt_has_its_case"]),
        ],
    ),
    (
        "a part",
        "match: { sequence: [x, y] }",
        &[
            ("name", &["parts_are_records_with_names_of_their_own", "unless_rules_out_what_has_an_exception"]),
            ("files", &["a_part_may_stand_in_files_of_its_own"]),
            ("count", &["a_part_of_a_sequence_may_have_a_count"]),
        ],
    ),
    (
        "an item of `unless`",
        "match: { text: abc, unless: [x] }",
        &[
            ("files", &["files_of_what_must_not_be_there"]),
            ("anchor", &["unless_rules_out_what_has_an_exception", "sequences_in_a_log_are_the_smallest_choices"]),
            ("from", &["unless_rules_out_what_has_an_exception", "sequences_in_a_log_are_the_smallest_choices"]),
            ("to", &["unless_rules_out_what_has_an_exception", "sequences_in_a_log_are_the_smallest_choices"]),
            ("after", &["unless_rules_out_what_has_an_exception"]),
            ("before", &["unless_rules_out_what_has_an_exception"]),
        ],
    ),
    (
        "an item of `absent`",
        "match: { text: abc, absent: [x] }",
        &[
            ("files", &["files_of_what_must_not_be_there"]),
            ("anchor", &["what_should_follow_a_part", "sequences_in_a_log_are_the_smallest_choices"]),
            ("within", &["absent_is_what_never_came", "sequences_in_a_log_are_the_smallest_choices"]),
        ],
    ),
    (
        "a fix",
        "fixes: [x]",
        &[
            ("level", &["fixes_must_be_there_and_say_how_to_verify"]),
            ("audience", &["all_fields_arrive"]),
            ("steps", &["all_fields_arrive"]),
            ("risk", &["all_fields_arrive"]),
            ("verify", &["fixes_must_be_there_and_say_how_to_verify"]),
        ],
    ),
    (
        "a reference",
        "references: [x]",
        &[
            ("kind", &["references_have_a_known_kind_and_a_web_address"]),
            ("id", &["all_fields_arrive"]),
            ("url", &["references_have_a_known_kind_and_a_web_address"]),
        ],
    ),
    (
        "escalate",
        "escalate: x",
        &[
            ("when", &["all_fields_arrive"]),
            ("needs_files", &["all_fields_arrive"]),
            ("needs_facts", &["all_fields_arrive"]),
        ],
    ),
    (
        "the examples",
        "examples: x",
        &[
            ("match", &["examples_that_behave_have_no_failure", "an_example_that_does_not_match_is_told_why"]),
            ("no_match", &["examples_that_behave_have_no_failure", "an_example_that_matches_by_mistake_is_told_why"]),
            ("old", &["a_trace_on_a_version_with_the_fix_is_old", "an_unknown_version_is_a_match_that_says_so"]),
            ("inconclusive", &["the_examples_of_the_guide_are_a_good_catalogue", "each_doubt_has_its_case"]),
        ],
    ),
    (
        "variants",
        "variants: x",
        &[
            ("key", &["each_variant_is_a_diagnosis_of_its_own"]),
            ("rows", &["each_variant_is_a_diagnosis_of_its_own", "a_value_has_one_row"]),
        ],
    ),
    (
        "a row",
        "variants: { key: k, rows: { a: x } }",
        &[
            ("also", &["each_variant_is_a_diagnosis_of_its_own", "a_value_has_one_row"]),
            ("title", &["a_row_overrides_what_it_states_and_nothing_else"]),
            ("level", &["a_row_overrides_what_it_states_and_nothing_else"]),
            ("side", &["a_row_overrides_what_it_states_and_nothing_else"]),
            ("severity", &["a_row_overrides_what_it_states_and_nothing_else"]),
            ("cause", &["a_row_overrides_what_it_states_and_nothing_else"]),
            ("impact", &["a_row_overrides_what_it_states_and_nothing_else"]),
            ("fixes", &["a_row_overrides_what_it_states_and_nothing_else"]),
            ("references", &["a_row_overrides_what_it_states_and_nothing_else"]),
            ("examples", &["a_row_overrides_what_it_states_and_nothing_else"]),
        ],
    ),
];

/// Fields that the mapping of another condition has too: they are tested once.
pub const OF_A_CONDITION: &[&str] = &[
    "any", "all", "none", "text", "regex", "nocase", "field", "use", "sequence", "within", "same", "in", "count",
    "unless", "absent",
];

/// The fields of each mapping, as the loader names them to somebody who writes text where it must be.
pub fn fields() -> BTreeMap<String, BTreeSet<String>> {
    let mut fields: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, wrong, _) in MAPPINGS {
        let yaml = match *wrong {
            "" => "x".to_owned(),
            wrong => format!("title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\n{wrong}\n"),
        };
        let errors = load_str("a/b/c", Path::new("c.yaml"), &yaml).err().unwrap_or_default();
        for error in errors {
            let what =
                error.message.strip_prefix("here must be the fields of ").and_then(|it| it.split(", not ").next());
            let listed = error.hint.as_deref().and_then(|hint| hint.strip_prefix("its fields are "));
            if let (Some(what), Some(listed)) = (what, listed) {
                let names = listed.split('`').skip(1).step_by(2).map(str::to_owned);
                fields.entry(what.to_owned()).or_default().extend(names);
            }
        }
    }
    fields
}

#[test]
fn every_field_has_its_tests() {
    let mut known = fields();
    for (what, _, table) in MAPPINGS {
        let listed: BTreeSet<&str> = table.iter().map(|(field, _)| *field).collect();
        assert_eq!(listed.len(), table.len(), "{what}: a field twice");
        let mut known = known.remove(*what).unwrap_or_default();
        if *what != "a condition" && known.contains("regex") {
            known.retain(|field| listed.contains(field.as_str()) || !OF_A_CONDITION.contains(&field.as_str()));
        }
        let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
        assert_eq!(listed, known, "the fields of {what}");
    }
    assert_eq!(known.keys().collect::<Vec<_>>(), Vec::<&String>::new(), "mappings without a table");
}

#[test]
fn every_test_of_the_table_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    read(&root.join("src"), &mut sources);
    read(&root.join("tests"), &mut sources);
    for (what, _, table) in MAPPINGS {
        for (field, tests) in *table {
            assert!(!tests.is_empty());
            for test in *tests {
                let is_there = sources.contains(&format!("fn {test}("));
                assert!(is_there, "{what}, `{field}`: there is no test `{test}`");
            }
        }
    }
}

fn read(folder: &Path, sources: &mut String) {
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            read(&path, sources);
        } else if path.extension().is_some_and(|it| it == "rs") {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
