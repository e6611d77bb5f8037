import Catalog
import Ports

/// A draft's changes carried over to rules that were published meanwhile: a merge of three, entry by entry.
///
/// An entry that both changed keeps its published form and is a conflict, which a person settles. Comments stay with the
/// entry that they stand above. An entry that is equal on both sides has the draft's comments where only the draft
/// changed them.
struct RuleMerge {
  let texts: RuleTexts
  let conflicts: [RuleConflict]

  init(base: RuleTexts, published: RuleTexts, draft: RuleTexts) {
    var texts = published
    var conflicts: [RuleConflict] = []
    for kind in RuleTexts.Kind.allCases where draft[kind] != base[kind] && draft[kind] != published[kind] {
      guard published[kind] != base[kind] else {
        texts[kind] = draft[kind]
        continue
      }
      var part = Part(kind, base, published, draft)
      part.merge()
      texts[kind] = part.text
      conflicts += part.conflicts
    }
    self.texts = texts
    self.conflicts = conflicts
  }

  /// The merge of one kind of text.
  private struct Part {
    private typealias Blocks = [String: [RuleBlocks.Block]]

    let kind: RuleTexts.Kind
    private let base: Blocks
    private let published: Blocks
    private let draft: Blocks
    private let order: [RuleBlocks.Block]
    private let draftOrder: [RuleBlocks.Block]
    private let tail: String
    private(set) var text = ""
    private(set) var conflicts: [RuleConflict] = []

    init(_ kind: RuleTexts.Kind, _ base: RuleTexts, _ published: RuleTexts, _ draft: RuleTexts) {
      self.kind = kind
      let (before, inForce, own) = (RuleBlocks(base, kind), RuleBlocks(published, kind), RuleBlocks(draft, kind))
      self.base = before.byKey
      (self.published, self.draft) = (inForce.byKey, own.byKey)
      (order, draftOrder) = (inForce.blocks, own.blocks)
      tail = inForce.tail == before.tail ? own.tail : inForce.tail
    }

    private func entries(_ blocks: [RuleBlocks.Block]?) -> [String] { (blocks ?? []).map(\.entry) }

    /// A published block with its comments, or with the draft's where only the draft changed them. `place` counts the
    /// blocks of one key.
    private func raw(_ block: RuleBlocks.Block, _ place: Int) -> String {
      let (old, theirs, ours) = (base[block.key] ?? [], published[block.key] ?? [], draft[block.key] ?? [])
      guard entries(ours) == entries(theirs), theirs.map(\.raw) == old.map(\.raw), ours.indices.contains(place)
      else { return block.raw }
      return ours[place].raw
    }

    mutating func merge() {
      var done: Set<String> = []
      var places: [String: Int] = [:]
      for block in order {
        let key = block.key
        let place = places[key, default: 0]
        places[key] = place + 1
        let (old, theirs, ours) = (entries(base[key]), entries(published[key]), entries(draft[key]))
        if ours == old || ours == theirs {
          text += raw(block, place)
          continue
        }
        guard done.insert(key).inserted else { continue }
        if theirs == old {
          text += (draft[key] ?? []).map(\.raw).joined()
        } else {
          text += (published[key] ?? []).map(\.raw).joined()
          conflicts.append(conflict(key))
        }
      }
      for block in draftOrder where published[block.key] == nil && done.insert(block.key).inserted {
        let (old, ours) = (entries(base[block.key]), entries(draft[block.key]))
        if old.isEmpty {
          text += (draft[block.key] ?? []).map(\.raw).joined()
        } else if ours != old {
          conflicts.append(conflict(block.key))
        }
      }
      text += tail
    }

    private func conflict(_ key: String) -> RuleConflict {
      RuleConflict(
        kind: kind, name: key, base: entries(base[key]).joined(separator: "\n"),
        published: entries(published[key]).joined(separator: "\n"),
        draft: entries(draft[key]).joined(separator: "\n"))
    }
  }
}

extension RuleConflict {
  /// The texts with the entry that a person keeps.
  func settled(in texts: RuleTexts, keeping choice: Choice) -> RuleTexts {
    let kept: String
    switch choice {
    case .published: kept = published
    case .draft: kept = draft
    case .both: kept = both
    }
    var texts = texts
    let blocks = RuleBlocks(texts, kind)
    let own = Self.text(kept, inPlaceOf: blocks.blocks.filter { $0.key == name })
    var isPlaced = false
    var text = ""
    for block in blocks.blocks {
      guard block.key == name else {
        text += block.raw
        continue
      }
      if !isPlaced { text += own }
      isPlaced = true
    }
    if !isPlaced { text += own }
    texts[kind] = text + blocks.tail
    return texts
  }

  /// The entry with the comments of what stood there: all of them where it only has more lines, else those above it.
  private static func text(_ entry: String, inPlaceOf blocks: [RuleBlocks.Block]) -> String {
    guard !entry.isEmpty else { return "" }
    let lines = entry + "\n"
    let standing = blocks.map { $0.entry + "\n" }.joined()
    if !blocks.isEmpty, lines.hasPrefix(standing) {
      return blocks.map(\.raw).joined() + String(lines.dropFirst(standing.count))
    }
    let raw = blocks.first?.raw ?? ""
    let above = raw.split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { RuleEntries.plain($0).isEmpty }
    return (blocks.isEmpty ? "" : above.map { "\($0)\n" }.joined()) + lines
  }

  /// A rule with the published actions and then the draft's own; both lines of a list.
  private var both: String {
    guard !published.isEmpty, !draft.isEmpty else { return published + draft }
    let ours = draft.split(separator: "\n", omittingEmptySubsequences: true)
    let theirs = published.split(separator: "\n", omittingEmptySubsequences: true)
    return (theirs + ours.filter { !theirs.contains($0) }).joined(separator: "\n")
  }
}
