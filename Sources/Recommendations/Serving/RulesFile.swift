import Foundation
import JSON
public import Recommending
import Threading

/// The published file of business rules: read again when it changes, so that a new one holds without a restart.
public final class RulesFile: Sendable {
  private struct State {
    var modifiedAt: Date?
    var rules: BusinessRules
  }

  /// More is not a list of 100 rules.
  private static let maxBytes = 1 << 20

  private let path: String
  private let state: Guarded<State>

  /// Throws if the file cannot be read, or its rules are not valid.
  public init(path: String) throws {
    self.path = path
    state = Guarded(State(rules: try Self.read(path)))
    state.withLock { $0.modifiedAt = Self.modification(of: path) }
  }

  /// The rules in force. Throws if a changed file is not valid; the rules before it stay in force.
  public func current() throws -> BusinessRules {
    let modified = Self.modification(of: path)
    if state.withLock({ $0.modifiedAt == modified }) { return state.withLock { $0.rules } }
    let rules = try Self.read(path)
    state.withLock { $0 = State(modifiedAt: modified, rules: rules) }
    return rules
  }

  private static func read(_ path: String) throws -> BusinessRules {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    guard data.count <= maxBytes else { throw TooLong(path: path) }
    return try BusinessRules(JSONValue(parsing: data))
  }

  private static func modification(of path: String) -> Date? {
    // A file that is gone is found to be so when it is read.
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }

  struct TooLong: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path): business rules of more than 1 MB are not read" }
  }
}
