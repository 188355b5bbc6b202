//! Assignability, what types have in common, and their printing.

use indexmap::IndexMap;

use crate::base::Name;
use crate::types::{
    FieldType, Form, ObjectType, RecordType, StringType, Type, assignable, bind, comparable, join,
    substitute,
};

fn int(min: i64, max: i64) -> Type {
    Type::Int {
        min: Some(min),
        max: Some(max),
    }
}

fn record(fields: &[(&str, Type)]) -> Type {
    let field = |it: &(&str, Type)| (Name::new(it.0), FieldType::new(it.1.clone()));
    let fields = fields.iter().map(field).collect();
    Type::Record(RecordType { name: None, fields }.into())
}

fn digest_of(image: &str) -> Type {
    Type::String(StringType {
        form: Some(Form::Digest),
        of: Some(Name::new(image)),
        ..StringType::default()
    })
}

fn object(name: &str) -> ObjectType {
    ObjectType::new(crate::schema::object_called(name).unwrap())
}

/// Definitions that hold themselves are compared by name; what a program writes, by its fields.
#[test]
fn objects_of_schemas_take_records_and_open_data() {
    let schema = Type::Object(object("JSONSchemaProps"));
    assert!(assignable(&schema, &schema));
    assert!(assignable(&Type::Json, &schema));
    assert!(assignable(&schema, &Type::Json));
    assert!(!assignable(&schema, &Type::Object(object("PodSpec"))));
    let probe = Type::Object(object("Probe"));
    assert!(assignable(&record(&[("periodSeconds", Type::INT)]), &probe));
    assert!(!assignable(&record(&[("period", Type::INT)]), &probe));
    let toleration = Type::Object(object("Toleration")).list();
    assert!(!assignable(
        &Type::Map(Box::new(Type::string())),
        &toleration
    ));
}

/// The key of an element stands before it, so it is no field of it.
#[test]
fn a_map_stands_for_a_list_of_what_a_key_tells_apart() {
    let mounts = Type::Object(ObjectType {
        key: Some("mountPath"),
        ..object("VolumeMount")
    })
    .list();
    let map = |of: Type| Type::Map(Box::new(of));
    assert!(assignable(&map(Type::form(Form::Name)), &mounts));
    assert!(assignable(
        &map(record(&[("name", Type::string())])),
        &mounts
    ));
    let with_key = [("name", Type::string()), ("mountPath", Type::string())];
    assert!(!assignable(&map(record(&with_key)), &mounts));
    assert!(assignable(&record(&with_key).list(), &mounts));
}

/// What is laid over an object need not have what the object must have.
#[test]
fn a_part_of_an_object_lacks_what_it_likes() {
    let whole = Type::Object(object("PodSpec"));
    let part = Type::Object(ObjectType {
        partial: true,
        ..object("PodSpec")
    });
    let high = record(&[("priorityClassName", Type::string())]);
    assert!(assignable(&high, &part));
    assert!(!assignable(&high, &whole));
    assert!(assignable(&whole, &part));
    assert!(!assignable(&part, &whole));
}

#[test]
fn bounds_nest() {
    assert!(assignable(&int(1, 5), &int(0, 10)));
    assert!(!assignable(&int(0, 10), &int(1, 5)));
    assert!(assignable(&int(0, 10), &Type::INT));
    assert!(!assignable(&Type::INT, &int(0, 10)));
    assert!(!assignable(&Type::INT, &Type::Float));
}

#[test]
fn forms_are_subtypes() {
    let (sha, git_ref) = (Type::form(Form::GitSha), Type::form(Form::GitRef));
    assert!(assignable(&sha, &git_ref));
    assert!(assignable(&git_ref, &Type::string()));
    assert!(!assignable(&git_ref, &sha));
    assert!(!assignable(&Type::string(), &git_ref));
    assert!(assignable(&Type::one_of(&["main"]), &git_ref));
    assert!(!assignable(&Type::one_of(&["a b"]), &git_ref));
    assert!(assignable(
        &Type::one_of(&["a"]),
        &Type::one_of(&["a", "b"])
    ));
    assert!(!assignable(
        &Type::one_of(&["a", "c"]),
        &Type::one_of(&["a", "b"])
    ));
}

#[test]
fn sizes_follow_from_forms_and_literals() {
    let short = Type::String(StringType {
        max_bytes: Some(100),
        ..StringType::default()
    });
    assert!(assignable(&Type::form(Form::Name), &short));
    assert!(!assignable(&Type::form(Form::Tag), &short));
    assert!(assignable(&Type::one_of(&["a"]), &short));
}

#[test]
fn a_digest_is_of_its_image() {
    assert!(assignable(&digest_of("wudi"), &Type::form(Form::Digest)));
    assert!(!assignable(&Type::form(Form::Digest), &digest_of("wudi")));
    assert!(!assignable(&digest_of("other"), &digest_of("wudi")));
}

#[test]
fn optionals_take_less() {
    let optional = Type::INT.optional();
    assert!(assignable(&Type::INT, &optional));
    assert!(assignable(&Type::None, &optional));
    assert!(!assignable(&optional, &Type::INT));
    assert!(assignable(&int(1, 2).optional(), &optional));
}

#[test]
fn records_fit_field_by_field() {
    let target = record(&[("a", Type::INT), ("b", Type::string().optional())]);
    assert!(assignable(&record(&[("a", int(1, 1))]), &target));
    assert!(!assignable(&record(&[("b", Type::string())]), &target));
    assert!(!assignable(
        &record(&[("a", Type::INT), ("c", Type::INT)]),
        &target
    ));
    assert!(assignable(
        &record(&[("a", Type::INT)]),
        &Type::Map(Box::new(Type::INT))
    ));
}

#[test]
fn unions_take_their_members() {
    let union = Type::Union(vec![Type::INT, Type::PERCENT]);
    assert!(assignable(&Type::INT, &union));
    assert!(assignable(&union, &union));
    assert!(!assignable(&union, &Type::INT));
    assert!(!assignable(&Type::Float, &union));
}

#[test]
fn secrets_go_only_to_secrets() {
    let secret = Type::Secret(Box::new(Type::string()));
    assert!(assignable(&secret, &secret));
    assert!(!assignable(&secret, &Type::string()));
    assert!(!assignable(&secret, &Type::Json));
    assert!(!assignable(&Type::string(), &secret));
}

#[test]
fn open_data_goes_both_ways_unless_narrowed() {
    assert!(assignable(&record(&[("a", Type::INT.list())]), &Type::Json));
    assert!(assignable(&Type::Json, &Type::string()));
    assert!(!assignable(&Type::Json, &Type::form(Form::Name)));
}

#[test]
fn errors_fit_everywhere() {
    let secret = Type::Secret(Box::new(Type::string()));
    assert!(assignable(&Type::Error, &secret));
    assert!(assignable(&secret, &Type::Error));
    assert!(comparable(&Type::Error, &secret));
}

#[test]
fn any_of_a_kind_takes_each_of_it() {
    let thing =
        |name: Option<&str>| Type::thing("env", name.map(Name::new).as_ref(), IndexMap::new());
    assert!(assignable(&thing(Some("dev")), &thing(None)));
    assert!(!assignable(&thing(None), &thing(Some("dev"))));
    assert_eq!(join(&thing(Some("dev")), &thing(Some("prod"))), thing(None));
}

#[test]
fn branches_join() {
    assert_eq!(join(&int(1, 1), &int(5, 5)), int(1, 5));
    assert_eq!(join(&Type::None, &Type::INT), Type::INT.optional());
    assert_eq!(
        join(&Type::one_of(&["a"]), &Type::one_of(&["b"])),
        Type::one_of(&["a", "b"])
    );
    assert_eq!(
        join(&Type::form(Form::GitSha), &Type::form(Form::GitRef)),
        Type::form(Form::GitRef)
    );
    assert_eq!(
        join(&Type::form(Form::Name), &Type::form(Form::Cron)),
        Type::string()
    );
    assert_eq!(
        join(&Type::INT, &Type::PERCENT),
        Type::Union(vec![Type::INT, Type::PERCENT])
    );
    let (a, ab) = (
        record(&[("a", Type::INT)]),
        record(&[("a", Type::INT), ("b", Type::Bool)]),
    );
    assert_eq!(
        join(&a, &ab),
        record(&[("a", Type::INT), ("b", Type::Bool.optional())])
    );
}

#[test]
fn a_comparison_must_be_able_to_hold() {
    let stage = Type::one_of(&["dev", "prod"]);
    assert!(comparable(&stage, &Type::one_of(&["dev"])));
    assert!(!comparable(&stage, &Type::one_of(&["staging"])));
    assert!(comparable(&Type::string(), &Type::one_of(&["staging"])));
    assert!(!comparable(
        &Type::form(Form::GitRef),
        &Type::one_of(&["a b"])
    ));
    assert!(!comparable(&Type::INT, &Type::string()));
    assert!(comparable(&Type::INT.optional(), &Type::None));
    assert!(!comparable(&Type::INT, &Type::None));
    assert!(comparable(&Type::Json, &Type::one_of(&["ok"])));
}

#[test]
fn variables_take_what_arguments_give() {
    let variable = Type::Variable(Name::new("T"));
    let mut bound = IndexMap::new();
    assert!(bind(
        &variable.clone().list(),
        &int(1, 1).list(),
        &mut bound
    ));
    assert!(bind(&variable, &int(5, 5), &mut bound));
    assert_eq!(
        substitute(&variable.clone().optional(), &bound),
        int(1, 5).optional()
    );
    assert!(!bind(&variable.list(), &Type::INT, &mut bound));
}

#[test]
fn types_print_as_written() {
    let shown = |ty: Type| ty.to_string();
    assert_eq!(shown(int(1, 65535)), "Port");
    assert_eq!(shown(int(1, 50).list().optional()), "List<Int(1..=50)>?");
    assert_eq!(shown(Type::one_of(&["a", "b"])), r#""a" | "b""#);
    assert_eq!(shown(digest_of("wudi")), "Digest<wudi>");
    assert_eq!(shown(record(&[("a", Type::INT)])), "{ a: Int }");
    assert_eq!(
        shown(Type::Percent {
            min: Some(0),
            max: Some(100_000_000)
        }),
        "Percent(0%..=100%)"
    );
    assert_eq!(shown(Type::thing("env", None, IndexMap::new())), "Env");
}
