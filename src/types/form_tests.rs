//! Forms: where a text stops having one.

use crate::types::Form;

/// Where the text stops having the form; `None` where it has it.
fn wrong_at(form: Form, text: &str) -> Option<usize> {
    form.check(text).err().map(|it| it.at)
}

#[test]
fn every_form_has_a_name_of_its_own() {
    for name in Form::names() {
        assert_eq!(Form::from_name(name).map(Form::name), Some(name));
    }
    assert_eq!(Form::from_name("Port"), None);
}

#[test]
fn names_are_labels() {
    let wrong = |text: &str| wrong_at(Form::Name, text);
    assert_eq!(wrong("wudi-app"), None);
    assert_eq!(wrong("5080-x"), None);
    assert_eq!(wrong("wudi_app"), Some(4));
    assert_eq!(wrong("-a"), Some(0));
    assert_eq!(wrong("a-"), Some(1));
    assert_eq!(wrong(""), Some(0));
    assert_eq!(wrong(&"a".repeat(64)), Some(63));
}

#[test]
fn images_are_references() {
    let wrong = |text: &str| wrong_at(Form::Image, text);
    let digest = format!("sha256:{}", "0".repeat(64));
    assert_eq!(wrong("postgres:16.4"), None);
    assert_eq!(wrong("registry.example.com/wudi/app"), None);
    assert_eq!(wrong("localhost:5000/a/b__c:v1"), None);
    assert_eq!(wrong("[::1]:5000/a"), None);
    assert_eq!(wrong(&format!("a/b:c@{digest}")), None);
    assert_eq!(wrong("registry.example.com/Wudi"), Some(21));
    assert_eq!(wrong("wudi:la test"), Some(7));
    assert_eq!(wrong("wudi:"), Some(5));
    assert_eq!(wrong("a//b"), Some(2));
    assert_eq!(wrong("a.-b"), Some(1));
    assert_eq!(wrong("a@sha256:0"), Some(10));
    assert_eq!(wrong("https://example.com/a"), Some(6));
    assert_eq!(wrong("registry.example.com:70000/a"), Some(21));
}

#[test]
fn tags_and_digests_count_their_characters() {
    assert_eq!(wrong_at(Form::Tag, "v1.2_3-x"), None);
    assert_eq!(wrong_at(Form::Tag, ".x"), Some(0));
    assert_eq!(wrong_at(Form::Tag, "a/b"), Some(1));
    assert_eq!(wrong_at(Form::Tag, &"a".repeat(129)), Some(128));
    assert_eq!(wrong_at(Form::Digest, "md5:00"), Some(0));
    assert_eq!(
        wrong_at(Form::Digest, &format!("sha256:{}", "0".repeat(65))),
        Some(71)
    );
    assert_eq!(
        wrong_at(Form::Digest, &format!("sha256:{}g", "0".repeat(63))),
        Some(70)
    );
}

#[test]
fn urls_have_a_scheme_and_a_host() {
    let wrong = |text: &str| wrong_at(Form::Url, text);
    assert_eq!(wrong("http://prometheus.monitoring:9090"), None);
    assert_eq!(wrong("https://user:x@example.com/a?b=c#d"), None);
    assert_eq!(wrong("prometheus:9090"), Some(0));
    assert_eq!(wrong("http:///x"), Some(7));
    assert_eq!(wrong("http://a b/"), Some(8));
    assert_eq!(wrong("http://a:x/"), Some(9));
    assert_eq!(wrong("http://a/{x}"), Some(9));
}

#[test]
fn git_urls_are_urls_or_host_and_path() {
    let wrong = |text: &str| wrong_at(Form::GitUrl, text);
    assert_eq!(wrong("https://git.example.com/a/b.git"), None);
    assert_eq!(wrong("git@git.example.com:a/b.git"), None);
    assert_eq!(wrong("file:///srv/git/a"), None);
    assert_eq!(wrong("ftp://example.com/a"), Some(0));
    assert_eq!(wrong("git.example.com/a"), Some(0));
    assert_eq!(wrong("git@git.example.com:"), Some(20));
}

#[test]
fn git_references_follow_git() {
    let wrong = |text: &str| wrong_at(Form::GitRef, text);
    assert_eq!(wrong("refs/heads/release/1.0"), None);
    assert_eq!(wrong("feature/é"), None);
    assert_eq!(wrong("a b"), Some(1));
    assert_eq!(wrong("a..b"), Some(1));
    assert_eq!(wrong("a/.b"), Some(2));
    assert_eq!(wrong("a.lock/b"), Some(1));
    assert_eq!(wrong("-a"), Some(0));
    assert_eq!(wrong("a/"), Some(1));
    assert_eq!(wrong_at(Form::GitSha, &"a".repeat(40)), None);
    assert_eq!(wrong_at(Form::GitSha, &"A".repeat(40)), Some(0));
    assert_eq!(wrong_at(Form::GitSha, "abc"), Some(3));
}

#[test]
fn cron_has_five_fields_in_bounds() {
    let wrong = |text: &str| wrong_at(Form::Cron, text);
    assert_eq!(wrong("0 2 * * *"), None);
    assert_eq!(wrong("*/15 0-6,22 1 jan-mar MON"), None);
    assert_eq!(wrong("@daily"), None);
    assert_eq!(wrong("0 0 2 * * *"), Some(10));
    assert_eq!(wrong("0 24 * * *"), Some(2));
    assert_eq!(wrong("0 2 * *"), Some(7));
    assert_eq!(wrong("0 2 * * 7"), Some(8));
    assert_eq!(wrong("9-3 2 * * 6"), Some(2));
    assert_eq!(wrong("*/0 2 * * 6"), Some(2));
}

#[test]
fn versions_have_up_to_three_numbers() {
    let wrong = |text: &str| wrong_at(Form::Version, text);
    assert_eq!(wrong("1.34"), None);
    assert_eq!(wrong("v1.2.3-rc.1+build.5"), None);
    assert_eq!(wrong("1..2"), Some(2));
    assert_eq!(wrong("1.02"), Some(2));
    assert_eq!(wrong("1.2.3.4"), Some(5));
    assert_eq!(wrong("latest"), Some(0));
    assert_eq!(wrong("1.2-"), Some(4));
}

#[test]
fn a_regex_is_wrong_where_its_parser_says() {
    let wrong = |text: &str| wrong_at(Form::Regex, text);
    assert_eq!(wrong(r"^v\d+$"), None);
    assert_eq!(wrong("a(b"), Some(1));
    assert_eq!(wrong("éa**[z-a]"), Some(6));
    assert!(Form::Regex.check("a{99999999}").is_err());
}

#[test]
fn a_sha_is_a_reference() {
    assert!(Form::GitSha.refines(Form::GitRef));
    assert!(!Form::GitRef.refines(Form::GitSha));
}

proptest::proptest! {
    #[test]
    fn the_place_is_within_the_text(text in "[a-zé0-9@:/._* \\-\\[\\]]{0,40}|\\PC{0,20}") {
        for form in Form::names().filter_map(Form::from_name) {
            if let Some(at) = wrong_at(form, &text) {
                proptest::prop_assert!(text.is_char_boundary(at), "{form:?} {at}");
            }
        }
    }
}
