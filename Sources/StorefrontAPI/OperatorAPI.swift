public import Edge
import HTTPServer
import JSON
import Ports
import SearchService
public import Telemetry

/// Whether a part that a process stands on answers.
public struct ReadinessCheck: Sendable {
  public var name: String
  /// Whether the process cannot do its work at all without it.
  public var isRequired: Bool
  /// The message while it is not ready.
  public var faultWord: String
  public var isReady: @Sendable () async -> Bool

  public init(name: String, isRequired: Bool, faultWord: String = "down", isReady: @escaping @Sendable () async -> Bool)
  {
    self.name = name
    self.isRequired = isRequired
    self.faultWord = faultWord
    self.isReady = isReady
  }
}

/// The routes that operators ask of any process of the shop: `/livez`, `/readyz` and `/metrics`.
public struct OperatorAPI: Sendable {
  let metrics: MetricsRegistry
  let checks: [ReadinessCheck]

  public init(metrics: MetricsRegistry, checks: [ReadinessCheck]) {
    self.metrics = metrics
    self.checks = checks
  }

  public func register(on routes: inout Routes) {
    routes.get("/livez", Route(access: .everyone, name: "livez", rate: .free, isImmediate: true)) { _ in .text("ok\n") }
    routes.get("/readyz", Route(access: .everyone, name: "readyz", rate: .free), ready)
    routes.get("/metrics", Route(access: .everyone, name: "metrics", rate: .free)) { [metrics] _ in
      .bytes(Array(metrics.exposition().utf8), contentType: "text/plain; version=0.0.4; charset=utf-8")
    }
  }

  @Sendable private func ready(_ request: HTTPRequest) async throws -> HTTPResponse {
    let states = await withTaskGroup { group in
      for (index, check) in checks.enumerated() { group.addTask { (index, await Self.state(of: check)) } }
      var states = Array(repeating: false, count: checks.count)
      for await (index, isReady) in group { states[index] = isReady }
      return states
    }
    let isReady = zip(checks, states).allSatisfy { $1 || !$0.isRequired }
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("ready", isReady)
      writer.name("checks")
      writer.object { writer in
        for (check, isReady) in zip(checks, states) {
          writer.name(text: check.name)
          writer.string(isReady ? "ok" : check.faultWord)
        }
      }
    }
    return .json(writer.bytes, status: isReady ? .ok : .serviceUnavailable)
  }

  /// Operators look each few seconds; a part that hangs is as good as down.
  private static let patience = Duration.seconds(1)

  private static func state(of check: ReadinessCheck) async -> Bool {
    (try? await withDeadline(patience, of: check.name) { await check.isReady() }) ?? false
  }
}
