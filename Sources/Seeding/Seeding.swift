/// Demo data made here: the hand-written catalog of `Seeds/catalog`, its pictures, and a generator of any size.
public enum Seeding {}

/// Why seed data cannot be read or made.
public struct SeedError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, product or setting that is wrong.
  public let subject: String
  /// What is wrong with it and what to do.
  public let reason: String

  init(_ subject: String, _ reason: String) {
    self.subject = subject
    self.reason = reason
  }

  public var description: String { "\(subject): \(reason)" }
}
