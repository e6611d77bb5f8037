// The application's say in how errors are answered:
// 1. Its translation makes a problem of an error of its own, and goes before the server's; a Problem needs none; whatever it
//    does not know is a 500 that reveals nothing.
// 2. Its rendering shows each problem of a routed or unknown request, also the 404 and the 405 and a middleware's; where it
//    gives nothing, the problem is JSON.
// 3. A slash too many leads to the path without it, with the query, where the route says so, and nowhere else.
import HTTPServer
import TestSupport
import Testing

@Suite struct ErrorAnswerTests {
  private enum Fault: Error { case known, unknown }

  private enum Code: String, Problem.Code {
    case known
    var code: String { rawValue }
    var status: HTTPStatus { 409 }
    var title: String { "Known" }
  }

  private static let known = Problem(Code.known, detail: "It is known.")

  private static func addRoutes(_ router: inout Router) {
    router.use { request, next in
      if request.path == "/stopped" { throw Fault.known }
      return try await next(request)
    }
    router.get("/known", RouteOptions(redirectsTrailingSlash: true)) { _ in throw Fault.known }
    router.get("/problem") { _ in throw Self.known }
    router.get("/unknown") { _ in throw Fault.unknown }
    router.get("/query") { request in .text(try request.query["q"] ?? "") }
    router.get("/stopped") { _ in .text("not reached") }
    router.get("/quiet/{name}", RouteOptions(redirectsTrailingSlash: true)) { _ in .text("quiet") }
  }

  private func statuses(renders: Bool) async throws -> [String: RawClient.Response] {
    let translation: ErrorTranslation = { error in
      switch error {
      case Fault.known, is QueryParameters.Fault: Self.known
      default: nil
      }
    }
    let rendering: ProblemRendering = { problem, request in
      request.path == "/problem" ? nil : .html("<h1>\(problem.title)</h1>", status: problem.status)
    }
    let addRoutes: (inout Router) -> Void = { router in
      Self.addRoutes(&router)
      router.answerErrors(translatedBy: translation, renderedBy: renders ? rendering : nil)
    }
    return try await withServer(routes: addRoutes) { server in
      let client = HTTPClient(port: server.port)
      var answers: [String: RawClient.Response] = [:]
      for target in ["/known", "/problem", "/unknown", "/query?q=%FF", "/stopped", "/nosuch"] {
        answers[target] = try await client.get(target)
      }
      answers["POST"] = try await client.get("/known", method: "POST", headers: "Content-Length: 0\r\n")
      return answers
    }
  }

  @Test("1, 2: translated and rendered", .timeLimit(.minutes(3)), arguments: [false, true])
  func errors(renders: Bool) async throws {
    let answers = try await statuses(renders: renders)
    for (target, status) in [
      ("/known", 409), ("/problem", 409), ("/unknown", 500), ("/query?q=%FF", 409), ("/stopped", 409), ("/nosuch", 404),
      ("POST", 405),
    ] {
      let answer = try #require(answers[target])
      #expect(answer.status == status, "\(target)")
      let isPage = renders && target != "/problem"
      #expect(
        answer.headers["Content-Type"] == (isPage ? "text/html; charset=utf-8" : "application/problem+json"),
        "\(target)")
      #expect(!answer.text.contains("Fault"), "\(target)")
    }
    #expect(answers["/known"]?.text.contains("Known") == true)
  }

  @Test("3: a slash too many", .timeLimit(.minutes(3)))
  func slashes() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      let client = HTTPClient(port: server.port)
      for (target, address) in [
        ("/known/", "/known"), ("/known/?a=b%2Fc", "/known?a=b%2Fc"), ("/quiet/x%20y/", "/quiet/x%20y"),
      ] {
        for method in ["GET", "HEAD"] {
          let answer = try await client.get(target, method: method)
          #expect(answer.status == 308 && answer.headers["Location"] == address, "\(method) \(target)")
        }
      }
      for target in ["/problem/", "/known//", "//known/", "/", "//", "/quiet/", "/nosuch/"] {
        #expect(try await client.get(target).status == 404, "\(target)")
      }
      #expect(try await client.get("/known/", method: "POST", headers: "Content-Length: 0\r\n").status == 404)
    }
  }
}
