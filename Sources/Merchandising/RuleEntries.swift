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

  /// A line that says when or to whom a rule applies.
  private static func isCondition(_ content: String) -> Bool {
    ["from", "until", "device", "campaign"].contains(content.prefix { $0 != ":" }.lowercased())
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

  /// A text without the action of a line, from 1; a rule that has no other goes too. nil: the line is another by now.
  static func removing(_ action: String, atLine number: Int, in text: String) -> String? {
    let texts = RuleTexts([.rules: text])
    var lines = texts.lines(.rules).map(String.init)
    let place = number - 1
    guard lines.indices.contains(place), plain(lines[place][...]) == action, !isHead(action),
      let start = lines[..<place].lastIndex(where: { isHead(plain($0[...])) })
    else { return nil }
    let end = lines[(start + 1)...].firstIndex { isHead(plain($0[...])) } ?? lines.endIndex
    let contents = ((start + 1)..<end).filter { $0 != place && !plain(lines[$0][...]).isEmpty }
    let conditions = contents.filter { isCondition(plain(lines[$0][...])) }
    // Without an action a rule does nothing: its head and conditions go too.
    let gone = contents.count > conditions.count ? [place] : [start, place] + conditions
    for line in gone.sorted(by: >) { lines.remove(at: line) }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }

  /// A text with other rules in place of those with these heads, where the first of them stood, or at the end.
  static func replacing(_ heads: [String], with rules: String, in text: String) -> String {
    let blocks = RuleBlocks(RuleTexts([.rules: text]), .rules)
    let own = rules.isEmpty || rules.hasSuffix("\n") ? rules : rules + "\n"
    var (result, isPlaced) = ("", false)
    for block in blocks.blocks {
      guard heads.contains(block.key) else {
        result += block.raw
        continue
      }
      if !isPlaced { result += own }
      isPlaced = true
    }
    return result + (isPlaced ? "" : own) + blocks.tail
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
