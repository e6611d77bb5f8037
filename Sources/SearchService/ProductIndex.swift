import Catalog
import SearchDSL
import Threading

/// The index of products that searches read. While its engine is known to be down, it refuses at once.
struct ProductIndex: Sendable {
  let engine: any SearchEngine
  let name: String
  private let circuit: CircuitBreaker

  /// A cold engine is late at first and gets warm by being asked.
  private static let failuresToOpen = 5

  init(engine: any SearchEngine, name: String) {
    self.engine = engine
    self.name = name
    var options = CircuitBreaker.Options()
    options.failuresToOpen = Self.failuresToOpen
    circuit = CircuitBreaker(options)
  }

  func search(_ request: SearchRequest, by deadline: ContinuousClock.Instant) async throws -> SearchResponse {
    try await asking { try await engine.search(request, in: name, deadline: deadline) }
  }

  /// The document of one product; nil if the index has none.
  func document(of id: ProductID, by deadline: ContinuousClock.Instant) async throws -> Hit? {
    try await asking { try await engine.get(id: id.description, from: name, deadline: deadline) }
  }

  private func asking<Value>(_ call: () async throws -> Value) async throws -> Value {
    do {
      return try await circuit.run(isFailure: Self.isSilent) { try await call() }
    } catch is CircuitBreaker.Open {
      throw SearchEngineError.unavailable(reason: "it did not answer lately and is tried again in a moment")
    }
  }

  private static func isSilent(_ error: any Error) -> Bool {
    switch error as? SearchEngineError {
    case .unavailable, .deadlineExceeded: true
    case .refused, .indexNotFound, .malformedAnswer, nil: false
    }
  }
}
