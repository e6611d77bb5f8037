import Catalog
import Ports

/// A draft's changes carried over to rules that were published meanwhile: a merge of three, entry by entry.
///
/// An entry that both changed keeps its published form and is a conflict, which a person settles. Comments stay with the
/// entry that they stand above.
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
      let (inForce, own) = (RuleBlocks(published, kind), RuleBlocks(draft, kind))
      self.base = RuleBlocks(base, kind).byKey
      (self.published, self.draft) = (inForce.byKey, own.byKey)
      (order, draftOrder) = (inForce.blocks, own.blocks)
      tail = inForce.tail
    }

    private func entries(_ blocks: [RuleBlocks.Block]?) -> [String] { (blocks ?? []).map(\.entry) }

    mutating func merge() {
      var done: Set<String> = []
      for block in order {
        let key = block.key
        let (old, theirs, ours) = (entries(base[key]), entries(published[key]), entries(draft[key]))
        if ours == old || ours == theirs {
          text += block.raw
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
    var isPlaced = false
    var text = ""
    for block in blocks.blocks {
      guard block.key == name else {
        text += block.raw
        continue
      }
      if !isPlaced, !kept.isEmpty { text += kept + "\n" }
      isPlaced = true
    }
    if !isPlaced, !kept.isEmpty { text += kept + "\n" }
    texts[kind] = text + blocks.tail
    return texts
  }

  /// A rule with the published actions and then the draft's own; both lines of a list.
  private var both: String {
    guard !published.isEmpty, !draft.isEmpty else { return published + draft }
    let ours = draft.split(separator: "\n", omittingEmptySubsequences: true)
    let theirs = published.split(separator: "\n", omittingEmptySubsequences: true)
    return (theirs + ours.filter { !theirs.contains($0) }).joined(separator: "\n")
  }
}
