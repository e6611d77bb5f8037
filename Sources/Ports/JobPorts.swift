/// Somebody else holds the lease.
public struct LeaseHeld: Error, Sendable, Equatable, CustomStringConvertible {
  public var name: String
  /// Who and since when, as the holder wrote it.
  public var holder: String

  public init(name: String, holder: String) {
    self.name = name
    self.holder = holder
  }

  public var description: String { "\(name) is held by \(holder)" }
}

/// The lease's connection broke, and somebody else may hold it now.
public struct LeaseLost: Error, Sendable, Equatable, CustomStringConvertible {
  public var name: String
  public init(name: String) { self.name = name }
  public var description: String { "the lease '\(name)' was lost with its connection to Postgres" }
}

/// Lets one process at a time do something. What the holder does must be harmless all the same when the lease is lost
/// unnoticed, for a moment.
public protocol Leases: Sendable {
  /// Runs `body` as the holder; throws `LeaseHeld` at once where another is, and `LeaseLost`, with `body` cancelled,
  /// when the lease is lost meanwhile.
  func withLease<Value: Sendable>(
    _ name: String, holder: String, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value
  /// Who holds the lease now.
  func leaseHolder(_ name: String) async throws -> String?
}
