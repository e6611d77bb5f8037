public import HTTPServer
import JSON
public import Telemetry

/// Whether a part that a process stands on answers.
public struct ReadinessCheck: Sendable {
  public var name: String
  /// Whether the process cannot do its work at all without it.
  public var isRequired: Bool
  public var isReady: @Sendable () async -> Bool

  public init(name: String, isRequired: Bool, isReady: @escaping @Sendable () async -> Bool) {
    self.name = name
    self.isRequired = isRequired
    self.isReady = isReady
  }
}

/// What operators ask of any process of the shop: `/livez`, `/readyz` and `/metrics`.
public struct OperatorAPI: Sendable {
  let metrics: MetricsRegistry
  let checks: [ReadinessCheck]

  public init(metrics: MetricsRegistry, checks: [ReadinessCheck]) {
    self.metrics = metrics
    self.checks = checks
  }

  public func register(on router: inout Router) {
    router.get("/livez", Route(name: "livez", isImmediate: true)) { _ in .text("ok\n") }
    router.get("/readyz", Route(name: "readyz"), ready)
    router.get("/metrics", Route(name: "metrics")) { [metrics] _ in
      .bytes(Array(metrics.exposition().utf8), contentType: "text/plain; version=0.0.4; charset=utf-8")
    }
  }

  @Sendable private func ready(_ request: HTTPRequest) async throws -> HTTPResponse {
    var states: [(name: String, isReady: Bool, isRequired: Bool)] = []
    for check in checks { states.append((check.name, await check.isReady(), check.isRequired)) }
    let isReady = states.allSatisfy { $0.isReady || !$0.isRequired }
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("ready", isReady)
      writer.name("checks")
      writer.object { writer in
        for state in states {
          writer.name(text: state.name)
          writer.string(state.isReady ? "ok" : "down")
        }
      }
    }
    return .json(writer.bytes, status: isReady ? .ok : .serviceUnavailable)
  }
}
