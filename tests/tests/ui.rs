//! What the compiler says to wrong entries, and that it says nothing to right ones.
//!
//! A case is named after the rule it breaks and the mistake. To accept what the compiler says now:
//! `TRYBUILD=overwrite cargo test -p registry-tests --test ui`.

#[test]
fn wrong_entries_do_not_compile_and_right_ones_do() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
    cases.compile_fail("ui/fail/syntax/*.rs");
}
