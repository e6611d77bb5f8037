import Catalog

/// A text as the entries that it consists of, each with the comments above it, so that it can be put together again.
struct RuleBlocks {
  struct Block {
    /// By which two forms of one entry are known: a rule's head, the left side of a line.
    var key: String
    /// Without comments and extra space, as `RuleEntries` gives it.
    var entry: String
    /// As it stands in the text, ended.
    var raw: String
  }

  private(set) var blocks: [Block] = []
  /// Comments behind the last entry.
  private(set) var tail = ""

  init(_ texts: RuleTexts, _ kind: RuleTexts.Kind) {
    for line in texts.lines(kind) {
      let content = RuleEntries.plain(line)
      guard !content.isEmpty else {
        tail += line + "\n"
        continue
      }
      if kind == .rules, !RuleEntries.isHead(content), !blocks.isEmpty {
        blocks[blocks.count - 1].entry += "\n  " + content
        blocks[blocks.count - 1].raw += tail + line + "\n"
      } else {
        blocks.append(Block(key: Self.key(content, kind), entry: content, raw: tail + line + "\n"))
      }
      tail = ""
    }
  }

  var byKey: [String: [Block]] { Dictionary(grouping: blocks, by: \.key) }

  private static func key(_ content: String, _ kind: RuleTexts.Kind) -> String {
    func trimmed(_ text: Substring) -> String { text.split(separator: " ").joined(separator: " ") }
    switch kind {
    case .synonyms, .redirects:
      if let arrow = content.firstRange(of: "=>") { return trimmed(content[..<arrow.lowerBound]) + " =>" }
      return trimmed(content.prefix { $0 != "," })
    case .campaigns: return trimmed(content.prefix { $0 != ":" })
    case .rules, .stopPhrases, .accessories, .unsuggested: return content
    }
  }
}
