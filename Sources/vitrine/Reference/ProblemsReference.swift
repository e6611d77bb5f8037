import Edge
import HTTPServer

/// The page of all problem codes, `docs/reference/problems.md`.
enum ProblemsReference {
  static var markdown: String {
    let text = """
      # Problems
      Made by `make docs` from the tables in the code; not edited by hand.

      Every error of the API is `application/problem+json` (RFC 9457). A client's program distinguishes problems by `code`,
      which never changes its meaning; `type` is `urn:vitrine:problem:` and the code, `title` is always the same for a code,
      `detail` says what is wrong this time and what to do, and `instance` names the request as the logs do. A 503 has
      `Retry-After` where waiting helps.

      | code | status | title |
      |---|---|---|

      """
    let codes: [any Problem.Code] = APIProblem.allCases + ServerProblem.allCases
    return codes.sorted { ($0.status.code, $0.code) < ($1.status.code, $1.code) }
      .reduce(text) { $0 + "| `\($1.code)` | \($1.status.code) | \($1.title) |\n" }
  }
}
