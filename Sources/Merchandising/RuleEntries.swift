public import Catalog
import Understanding

/// The entries that a text consists of: its lines, and of the rules each rule with its actions.
enum RuleEntries {
  /// In their order, without comments and extra space.
  static func of(_ texts: RuleTexts, _ kind: RuleTexts.Kind) -> [String] {
    var entries: [String] = []
    for line in texts.lines(kind) {
      let content = plain(line)
      guard !content.isEmpty else { continue }
      if kind == .rules, !isHead(content), !entries.isEmpty {
        entries[entries.count - 1] += "\n  " + content
      } else {
        entries.append(content)
      }
    }
    return entries
  }

  static func plain(_ line: Substring) -> String {
    line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// `exact: red dress`
  static func isHead(_ content: String) -> Bool {
    guard let colon = content.firstIndex(of: ":") else { return false }
    return QueryRule.Match(rawValue: content[..<colon].lowercased()) != nil
  }

  /// The rule's head, by which two versions of one rule are known.
  static func name(_ entry: String) -> String { String(entry.prefix { $0 != "\n" }) }

  /// A text with one more action under a rule. A second pin of a product or of a place takes the first one's place, and so
  /// do a pin and a hiding of one product.
  static func adding(_ action: String, toRule head: String, in text: String) -> String {
    var texts = RuleTexts([.rules: text])
    var lines = texts.lines(.rules).map(String.init)
    guard let start = lines.firstIndex(where: { plain($0[...]) == head }) else {
      texts[.rules] = (lines + [head, "  " + action]).joined(separator: "\n") + "\n"
      return texts[.rules]
    }
    let end = lines[(start + 1)...].firstIndex { isHead(plain($0[...])) } ?? lines.endIndex
    let kept = lines[(start + 1)..<end].filter { !replaces(action, plain($0[...])) }
    let last = kept.lastIndex { !plain($0[...]).isEmpty }.map { kept.index(after: $0) } ?? kept.startIndex
    lines.replaceSubrange((start + 1)..<end, with: Array(kept[..<last]) + ["  " + action] + Array(kept[last...]))
    texts[.rules] = lines.joined(separator: "\n") + "\n"
    return texts[.rules]
  }

  private static func replaces(_ action: String, _ old: String) -> Bool {
    func parts(_ text: String) -> (head: String, value: String) {
      let parts = text.split(separator: ":", maxSplits: 1).map { $0.split(separator: " ").joined(separator: " ") }
      return parts.count == 2 ? (parts[0], parts[1]) : (text, "")
    }
    let (new, former) = (parts(action), parts(old))
    let areOfPlaces = [new.head, former.head].allSatisfy { $0.hasPrefix("pin ") || $0 == "hide" }
    return new == former || areOfPlaces && (new.value == former.value || new.head == former.head && new.head != "hide")
  }
}

/// The difference between two sets of rules, entry by entry.
public struct RuleDifference: Sendable, Hashable {
  public struct Part: Sendable, Hashable {
    public var kind: RuleTexts.Kind
    public var removed: [String]
    public var added: [String]
    /// The same entries in another order, which decides where rules contradict.
    public var isReordered: Bool
  }

  /// Those texts that differ.
  public let parts: [Part]

  public init(from old: RuleTexts, to new: RuleTexts) {
    parts = RuleTexts.Kind.allCases.compactMap { kind in
      guard old[kind] != new[kind] else { return nil }
      let (before, after) = (RuleEntries.of(old, kind), RuleEntries.of(new, kind))
      let part = Part(
        kind: kind, removed: Self.missing(before, in: after), added: Self.missing(after, in: before),
        isReordered: before != after)
      return part.removed.isEmpty && part.added.isEmpty && !part.isReordered ? nil : part
    }
  }

  public var isEmpty: Bool { parts.isEmpty }

  /// `rules: 2 added, 1 removed`
  public var summary: String {
    parts.map { part in
      part.added.isEmpty && part.removed.isEmpty
        ? "\(part.kind.rawValue): another order"
        : "\(part.kind.rawValue): \(part.added.count) added, \(part.removed.count) removed"
    }.joined(separator: "; ")
  }

  static func missing(_ entries: [String], in others: [String]) -> [String] {
    var counts: [String: Int] = [:]
    for other in others { counts[other, default: 0] += 1 }
    return entries.filter { entry in
      guard let count = counts[entry], count > 0 else { return true }
      counts[entry] = count - 1
      return false
    }
  }
}

/// A draft's changes carried over to rules that were published meanwhile.
struct RuleMerge {
  let texts: RuleTexts
  /// Entries that both changed: the draft keeps the published ones and its own.
  let conflicts: [String]

  init(base: RuleTexts, published: RuleTexts, draft: RuleTexts) {
    var texts = published
    var conflicts: [String] = []
    for kind in RuleTexts.Kind.allCases {
      let entries = [base, published, draft].map { RuleEntries.of($0, kind) }
      let added = RuleDifference.missing(entries[2], in: entries[0])
      let removed = RuleDifference.missing(entries[0], in: entries[2])
      guard !added.isEmpty || !removed.isEmpty else { continue }
      let gone = RuleDifference.missing(removed, in: entries[1])
      let theirs = Set(RuleDifference.missing(entries[1], in: entries[0]).map(RuleEntries.name))
      conflicts += gone.map { "\(kind.rawValue): \(RuleEntries.name($0))" }
      conflicts += added.filter { theirs.contains(RuleEntries.name($0)) }
        .map { "\(kind.rawValue): \(RuleEntries.name($0))" }
      let kept = RuleDifference.missing(entries[1], in: removed)
      let new = added.filter { !kept.contains($0) }
      texts[kind] = (kept + new).map { $0 + "\n" }.joined()
    }
    self.texts = texts
    self.conflicts = conflicts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
