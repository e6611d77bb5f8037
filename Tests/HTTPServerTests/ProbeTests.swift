import HTTPServer
import Testing
@Suite struct ProbeTests {
  @Test func probe() async throws {
    try await withServer(routes: HTTPServerTests.addRoutes) { server in
      print("PORT \(server.port)")
      try await Task.sleep(for: .seconds(40))
    }
  }
}
