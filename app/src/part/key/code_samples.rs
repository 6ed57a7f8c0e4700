//! Requests that test a key, in several languages.

use crate::{ui::CopyButton, words::reveal as words};
use domain::key::token::KeyId;
use leptos::prelude::*;

/// A language with its sample, in which `{key}` and `{gate}` are replaced.
struct Sample {
    id: &'static str,
    language: &'static str,
    code: &'static str,
}

/// The id of the sample for a shell.
const SHELL: &str = "curl";

/// The samples. Each reads the secret from the environment.
const SAMPLES: [Sample; 5] = [
    Sample {
        id: SHELL,
        language: "curl",
        code: r#"curl {gate}/v1/whoami \
  -H "x-client-key: {key}" \
  -H "x-client-secret: $LATCHKEY_SECRET_KEY""#,
    },
    Sample {
        id: "node",
        language: "Node.js",
        code: r#"const response = await fetch("{gate}/v1/whoami", {
  headers: {
    "x-client-key": "{key}",
    "x-client-secret": process.env.LATCHKEY_SECRET_KEY,
  },
});
console.log(response.status, await response.text());"#,
    },
    Sample {
        id: "python",
        language: "Python",
        code: r#"import os, urllib.request

request = urllib.request.Request("{gate}/v1/whoami", headers={
    "x-client-key": "{key}",
    "x-client-secret": os.environ["LATCHKEY_SECRET_KEY"],
})
with urllib.request.urlopen(request) as response:
    print(response.status, response.read().decode())"#,
    },
    Sample {
        id: "go",
        language: "Go",
        code: r#"request, _ := http.NewRequest("GET", "{gate}/v1/whoami", nil)
request.Header.Set("x-client-key", "{key}")
request.Header.Set("x-client-secret", os.Getenv("LATCHKEY_SECRET_KEY"))
response, err := http.DefaultClient.Do(request)
if err != nil {
	log.Fatal(err)
}
fmt.Println(response.Status)"#,
    },
    Sample {
        id: "rust",
        language: "Rust",
        code: r#"let response = reqwest::Client::new()
    .get("{gate}/v1/whoami")
    .header("x-client-key", "{key}")
    .header("x-client-secret", std::env::var("LATCHKEY_SECRET_KEY")?)
    .send()
    .await?;
println!("{}", response.status());"#,
    },
];

/// The samples, one of them in sight: the style shows the one that is chosen, so no script is needed.
#[component]
pub fn CodeSamples(
    /// The key.
    id: KeyId,
    /// The address of the gate.
    gate: String,
) -> impl IntoView {
    let choices = SAMPLES
        .iter()
        .enumerate()
        .map(|(n, sample)| {
            view! {
                <label>
                    <input type="radio" name="sample" value=sample.id checked=n == 0 />
                    {sample.language}
                </label>
            }
        })
        .collect_view();
    let key = id.to_string();
    let code = SAMPLES
        .iter()
        .map(|sample| {
            let code = sample.code.replace("{gate}", &gate).replace("{key}", &key);
            // A shell is given the secret with the command, so that one copy is enough.
            let copy = if sample.id == SHELL {
                let text = format!("{}{code}", words::EXPORT_SECRET);
                view! { <CopyButton label=words::COPY_WITH_SECRET text secret="reveal-secret" /> }
                    .into_any()
            } else {
                view! { <CopyButton label=words::COPY_SAMPLE text=code.clone() /> }.into_any()
            };
            view! {
                <div class="sample" data-sample=sample.id>
                    <pre tabindex="0" aria-label=sample.language><code translate="no">{code}</code></pre>
                    {copy}
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="samples">
            <legend>{words::TRY}</legend>
            <div class="samples-head">
                <div class="segmented">{choices}</div>
                <CopyButton label=words::COPY_EXPORT text=words::export(&key) secret="reveal-secret" />
            </div>
            {code}
        </fieldset>
    }
}
