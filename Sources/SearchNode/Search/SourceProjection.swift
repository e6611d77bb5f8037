import Glibc
import JSON
import SearchDSL

/// `_source` reduced to the requested fields, read directly from the parsed bytes: other fields are never built.
///
/// The projection remembers its decision for each path, because the documents of an index have the same paths. It
/// belongs to one search at a time.
final class SourceProjection {
  /// The decision for a path, and the paths below it that occurred.
  private final class Path {
    enum Decision {
      case leftOut
      /// Included with everything below it, unless something is excluded.
      case included
      /// Only paths below it may be included.
      case passedThrough
    }

    let name: String
    /// The last part of `name`, as text and as bytes.
    let member: String
    let utf8: [UInt8]
    let decision: Decision
    private(set) var members: [Path] = []
    private var numbers: [String: Int] = [:]
    /// Number of members that are not left out.
    private(set) var wantedCount = 0

    init(name: String, member: String, decision: Decision) {
      self.name = name
      self.member = member
      self.decision = decision
      utf8 = Array(member.utf8)
    }

    /// The member with that name; `expected` is the likely next member, because documents have their members in the
    /// same order.
    func member(_ wanted: UnsafeBufferPointer<UInt8>, expected: inout Int) -> Path? {
      let index: Int
      if expected < members.count, members[expected].isMember(wanted) {
        index = expected
      } else if let number = numbers[String(decoding: wanted, as: UTF8.self)] {
        index = number
      } else {
        return nil
      }
      expected = index + 1 < members.count ? index + 1 : 0
      return members[index]
    }

    private func isMember(_ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
      guard utf8.count == wanted.count, let base = wanted.baseAddress else { return utf8.count == wanted.count }
      return utf8.withUnsafeBufferPointer { memcmp($0.baseAddress!, base, wanted.count) == 0 }
    }

    func add(_ path: Path) {
      numbers[path.member] = members.count
      if path.decision != .leftOut { wantedCount += 1 }
      members.append(path)
    }
  }

  private let includes: [String]
  private let excludes: [String]
  private let root: Path
  private(set) var pathCount = 0

  init(_ filter: SourceFilter) {
    if case .fields(let includes, let excludes) = filter {
      (self.includes, self.excludes) = (includes, excludes)
    } else {
      (includes, excludes) = ([], [])
    }
    root = Path(name: "", member: "", decision: includes.isEmpty ? .included : .passedThrough)
  }

  func value(of source: JSONElement) -> JSONValue { value(source, at: root) ?? .object(JSONObject()) }

  private func value(_ element: JSONElement, at path: Path) -> JSONValue? {
    if path.decision == .included, excludes.isEmpty { return element.value }
    switch element.kind {
    case .object:
      var kept = JSONObject()
      kept.members.reserveCapacity(min(element.count, path.wantedCount))
      var expected = 0
      element.forEachMember { name, member in
        let below = self.path(name, below: path, expected: &expected)
        guard below.decision != .leftOut, let value = self.value(member, at: below) else { return }
        kept.members.append(.init(below.member, value))
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

  private func path(_ name: UnsafeBufferPointer<UInt8>, below path: Path, expected: inout Int) -> Path {
    if let known = path.member(name, expected: &expected) { return known }
    let member = String(decoding: name, as: UTF8.self)
    let name = path.name.isEmpty ? member : "\(path.name).\(member)"
    let new = Path(name: name, member: member, decision: decide(name, below: path.decision))
    path.add(new)
    pathCount += 1
    return new
  }

  private func decide(_ name: String, below decision: Path.Decision) -> Path.Decision {
    if excludes.contains(where: { Self.covers($0, name) }) { return .leftOut }
    if decision == .included || includes.contains(where: { Self.covers($0, name) }) { return .included }
    return includes.contains { Self.mayLieBelow($0, name) } ? .passedThrough : .leftOut
  }

  /// Whether the pattern names this path or one above it.
  private static func covers(_ pattern: String, _ path: String) -> Bool {
    Wildcard.matches(path, pattern: pattern) || Wildcard.matches(path, pattern: pattern + ".*")
  }

  /// Whether the pattern may name a path below this one.
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
