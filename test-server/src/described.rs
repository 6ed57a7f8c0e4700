//! Checks responses against `/openapi.json`.

use crate::{Answer, HERE};
use boon::{Compiler, SchemaIndex, Schemas};
use http::Method;
use serde_json::Value;
use server::{openapi, router::endpoints};
use std::{cell::RefCell, collections::HashMap, sync::LazyLock};

/// Headers that the document does not describe.
const UNDESCRIBED_HEADERS: [&str; 9] = [
    "connection",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "content-type",
    "content-length",
    "cache-control",
    "x-content-type-options",
    "strict-transport-security",
    "allow",
];

/// The methods that OpenAPI can describe.
const OPENAPI_METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The document of the test servers.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let descriptions: Vec<_> = endpoints().iter().map(|it| it.description).collect();
    openapi::document(&descriptions, HERE)
});

thread_local! {
    static COMPILED: RefCell<Compiled> = RefCell::new(Compiled::new());
}

const ROOT: &str = "https://described.example/openapi.json";

/// The schemas that were compiled so far, by their path in the document.
struct Compiled {
    compiler: Compiler,
    schemas: Schemas,
    known: HashMap<String, SchemaIndex>,
}

impl Compiled {
    fn new() -> Self {
        let mut compiler = Compiler::new();
        compiler
            .add_resource(ROOT, DOCUMENT.clone())
            .expect("a document");
        Self {
            compiler,
            schemas: Schemas::new(),
            known: HashMap::new(),
        }
    }

    fn at(&mut self, place: &str) -> SchemaIndex {
        if let Some(index) = self.known.get(place) {
            return *index;
        }
        let index = self
            .compiler
            .compile(&format!("{ROOT}#{place}"), &mut self.schemas)
            .unwrap_or_else(|error| panic!("{place} is not a schema: {error:#}"));
        self.known.insert(place.to_owned(), index);
        index
    }
}

/// Returns the document's template for a path: the path itself, or a template whose parameter begins where the path goes on. What
/// follows a parameter belongs to it, because the gate ignores it.
fn template(path: &str) -> Option<&'static str> {
    let templates = DOCUMENT["paths"].as_object().expect("paths").keys();
    templates.map(String::as_str).find(|template| {
        *template == path
            || template.split_once('{').is_some_and(|(prefix, _)| {
                path.strip_prefix(prefix)
                    .is_some_and(|rest| !rest.is_empty())
            })
    })
}

/// Fails if status, headers or body of an endpoint's response are not those in the document.
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let status = answer.status.as_u16();
    let Some(path) = template(path) else {
        assert!(
            status == 404 || !path.starts_with("/v1/"),
            "{path} is not described, but responds {status}"
        );
        return;
    };
    let operations = &DOCUMENT["paths"][path];
    let name = method.as_str().to_ascii_lowercase();
    let (place, described) = match operations.get(&name) {
        Some(operation) if status == 414 => {
            let reference = &operation["responses"]["414"]["$ref"];
            let place = reference
                .as_str()
                .expect("a reference")
                .trim_start_matches('#');
            (
                place.to_owned(),
                DOCUMENT.pointer(place).expect("described"),
            )
        }
        Some(operation) => (
            format!("/paths/{}/{name}/responses/{status}", escaped(path)),
            &operation["responses"][status.to_string()],
        ),
        // An endpoint that takes GET takes HEAD, and one that takes any method takes those that OpenAPI cannot describe.
        None if name == "head" || !OPENAPI_METHODS.contains(&name.as_str()) => return,
        None => {
            let place = "/components/responses/method_not_allowed".to_owned();
            let described = DOCUMENT.pointer(&place).expect("described");
            assert_eq!(status, 405, "{name} {path} is not described");
            (place, described)
        }
    };
    assert!(
        described.is_object(),
        "{name} {path}: {status} is not described: {}",
        answer.body
    );
    for header in answer.headers.keys() {
        let header = header.as_str();
        let known =
            UNDESCRIBED_HEADERS.contains(&header) || described["headers"].get(header).is_some();
        assert!(known, "{name} {path}: {status} with {header}");
    }
    let media_type = answer.header("content-type").split(';').next();
    let media_type = media_type.unwrap_or_default();
    match described.get("content") {
        None => assert_eq!(answer.body, "", "{name} {path}: {status}"),
        Some(content) => {
            assert!(
                content.get(media_type).is_some(),
                "{name} {path}: {status} as {media_type}"
            );
            if media_type.ends_with("json") && *method != Method::HEAD {
                let place = format!("{place}/content/{}/schema", escaped(media_type));
                validate(&place, &answer.json());
            }
        }
    }
}

/// Fails if a value does not fit the schema at a path of the document.
pub fn validate(place: &str, value: &Value) {
    COMPILED.with_borrow_mut(|compiled| {
        let index = compiled.at(place);
        if let Err(error) = compiled.schemas.validate(value, index) {
            panic!("{place}: {error}\n{value:#}");
        }
    });
}

/// Escapes a part of a JSON pointer in a URL's fragment.
pub fn escaped(part: &str) -> String {
    part.replace('~', "~0")
        .replace('/', "~1")
        .replace('{', "%7B")
        .replace('}', "%7D")
}
