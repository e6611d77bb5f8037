import HTTPServer
import Telemetry
import TestSupport
import Threading

/// Runs blocking code on a new thread.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await onOwnThread(body)
}

/// A test's own server, stopped at the end.
struct TestServer: Sendable {
  let server: HTTPServer
  let port: Int
  let metrics: MetricsRegistry
  let log: MemorySink

  func client() throws -> RawClient { try RawClient(port: port) }
}

func withServer<Result: Sendable>(
  _ change: (inout HTTPServer.Configuration) -> Void = { _ in }, routes: (inout Router) -> Void,
  gracePeriod: Duration = .seconds(1), body: (TestServer) async throws -> Result
) async throws -> Result {
  var configuration = HTTPServer.Configuration()
  configuration.port = 0
  change(&configuration)
  var router = Router()
  routes(&router)
  let sink = MemorySink()
  let metrics = MetricsRegistry()
  let server = HTTPServer(
    configuration: configuration, router: router, logger: Logger(label: "test", level: .debug, sink: sink),
    metrics: metrics)
  let port = try server.start()
  let test = TestServer(server: server, port: port, metrics: metrics, log: sink)
  do {
    let result = try await body(test)
    await server.shutdown(gracePeriod: gracePeriod)
    return result
  } catch {
    await server.shutdown(gracePeriod: gracePeriod)
    throw error
  }
}
