/// A service runs until it is told to stop: the HTTP server, the indexer, a private Postgres.
///
/// At a graceful shutdown (see `gracefulShutdown()`, `withGracefulShutdownHandler`) `run` must finish the work it has
/// begun and return; at a cancellation it must return at once. Names and shapes are swift-service-lifecycle's.
package protocol Service: Sendable {
  func run() async throws
}

/// A service made from a closure.
struct ClosureService: Service {
  let body: @Sendable () async throws -> Void

  init(_ body: @escaping @Sendable () async throws -> Void) {
    self.body = body
  }

  func run() async throws { try await body() }
}

/// A service, its name for messages, and the effect of its end on the others.
package struct ServiceConfiguration: Sendable {
  package enum SuccessTerminationBehavior: Sendable {
    /// The others are shut down as well.
    case gracefullyShutdownGroup
    /// The others continue; for work that has an end.
    case ignore
  }

  let name: String
  let service: any Service
  let successTerminationBehavior: SuccessTerminationBehavior

  package init(
    name: String, service: any Service,
    successTerminationBehavior: SuccessTerminationBehavior = .gracefullyShutdownGroup
  ) {
    self.name = name
    self.service = service
    self.successTerminationBehavior = successTerminationBehavior
  }
}
