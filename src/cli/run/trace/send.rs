//! One request to a collector.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// Posts JSON; gives why it was not taken.
pub(crate) async fn post(
    endpoint: &str,
    headers: &[(String, String)],
    body: String,
    patience: Duration,
) -> Result<(), String> {
    let mut request = Request::post(endpoint).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::from(body)));
    let request = request.map_err(|it| format!("`{endpoint}`: {it}"))?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = tokio::time::timeout(patience, client.request(request)).await;
    let answer = answer.map_err(|_| format!("`{endpoint}` does not answer"))?;
    let answer = answer.map_err(|it| format!("`{endpoint}` cannot be reached: {it}"))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let said = answer.into_body().collect().await;
    let said = said.map(|it| it.to_bytes()).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let said: String = said.trim().chars().take(200).collect();
    Err(format!("`{endpoint}` answers {status}: {said}"))
}
