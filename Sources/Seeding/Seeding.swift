/// The project's own demo data: the hand-written catalog of `Seeds/catalog`, its pictures, and a generator of any size.
public enum Seeding {}

/// The reason why seed data cannot be read or made.
public struct SeedError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The faulty file, product or setting.
  public let subject: String
  /// The fault, and what to do about it.
  public let reason: String

  init(_ subject: String, _ reason: String) {
    self.subject = subject
    self.reason = reason
  }

  public var description: String { "\(subject): \(reason)" }
}
