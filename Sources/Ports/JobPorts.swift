/// Another process holds the lease.
public struct LeaseHeld: Error, Sendable, Equatable, CustomStringConvertible {
  public var name: String
  /// The holder's own description of itself, with the time of its start.
  public var holder: String

  public init(name: String, holder: String) {
    self.name = name
    self.holder = holder
  }

  public var description: String { "\(name) is held by \(holder)" }
}

/// The lease's connection broke; another process may hold the lease now.
public struct LeaseLost: Error, Sendable, Equatable, CustomStringConvertible {
  public var name: String
  public init(name: String) { self.name = name }
  public var description: String { "the lease '\(name)' was lost with its connection to Postgres" }
}

/// Lets one process at a time do a piece of work. A lease can be lost unnoticed for a moment, so the work must be
/// harmless even when two processes do it.
public protocol Leases: Sendable {
  /// Runs `body` as the holder. Throws `LeaseHeld` at once if another process holds the lease; cancels `body` and
  /// throws `LeaseLost` if the lease is lost meanwhile.
  func withLease<Value: Sendable>(
    _ name: String, holder: String, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value
  /// The present holder of the lease.
  func leaseHolder(_ name: String) async throws -> String?
}
