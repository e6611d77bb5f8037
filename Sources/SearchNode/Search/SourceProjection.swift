import JSON
import SearchDSL

/// `_source` with only what is wanted, read straight from the parsed bytes: what is left out is never built.
///
/// What is decided of a path is remembered, since all hits of a page have the same paths. Belongs to one search.
final class SourceProjection {
  /// What is decided of a path, and of those below it that were met.
  private final class Path {
    enum Decision {
      case leftOut
      /// With all below it, unless something is excluded.
      case included
      /// Only what lies below it may be wanted.
      case passedThrough
    }

    let name: String
    let decision: Decision
    var members: [String: Path] = [:]

    init(name: String, decision: Decision) {
      self.name = name
      self.decision = decision
    }
  }

  private let includes: [String]
  private let excludes: [String]
  private let root: Path

  init(_ filter: SourceFilter) {
    if case .fields(let includes, let excludes) = filter {
      (self.includes, self.excludes) = (includes, excludes)
    } else {
      (includes, excludes) = ([], [])
    }
    root = Path(name: "", decision: includes.isEmpty ? .included : .passedThrough)
  }

  func value(of source: JSONElement) -> JSONValue { value(source, at: root) ?? .object(JSONObject()) }

  private func value(_ element: JSONElement, at path: Path) -> JSONValue? {
    if path.decision == .included, excludes.isEmpty { return element.value }
    switch element.kind {
    case .object:
      var kept = JSONObject()
      element.forEachMember { name, member in
        let name = String(decoding: name, as: UTF8.self)
        let below = self.path(name, below: path)
        guard below.decision != .leftOut, let value = self.value(member, at: below) else { return }
        kept.members.append(.init(name, value))
      }
      return kept.isEmpty && path.decision != .included ? nil : .object(kept)
    case .array:
      var kept: [JSONValue] = []
      element.forEachItem { item in
        if let value = self.value(item, at: path) { kept.append(value) }
      }
      return kept.isEmpty && path.decision != .included ? nil : .array(kept)
    default: return path.decision == .included ? element.value : nil
    }
  }

  private func path(_ member: String, below path: Path) -> Path {
    if let known = path.members[member] { return known }
    let name = path.name.isEmpty ? member : "\(path.name).\(member)"
    let new = Path(name: name, decision: decide(name, below: path.decision))
    path.members[member] = new
    return new
  }

  private func decide(_ name: String, below decision: Path.Decision) -> Path.Decision {
    if excludes.contains(where: { Self.covers($0, name) }) { return .leftOut }
    if decision == .included || includes.contains(where: { Self.covers($0, name) }) { return .included }
    return includes.contains { Self.mayLieBelow($0, name) } ? .passedThrough : .leftOut
  }

  /// The pattern names this path or one above it.
  private static func covers(_ pattern: String, _ path: String) -> Bool {
    Wildcard.matches(path, pattern: pattern) || Wildcard.matches(path, pattern: pattern + ".*")
  }

  /// The pattern may name a path below this one.
  private static func mayLieBelow(_ pattern: String, _ path: String) -> Bool {
    let parts = pattern.split(separator: ".")
    let own = path.split(separator: ".")
    if pattern.contains("*"), let star = parts.firstIndex(where: { $0.contains("*") }), star < own.count {
      return zip(parts[...star], own).allSatisfy { Wildcard.matches(String($1), pattern: String($0)) }
    }
    guard parts.count > own.count else { return false }
    return zip(parts, own).allSatisfy { Wildcard.matches(String($1), pattern: String($0)) }
  }
}
