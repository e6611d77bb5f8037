/// What a query was probably meant to be, and what was changed.
public struct Correction: Sendable, Hashable {
  public struct Change: Sendable, Hashable {
    public var typed: String
    public var meant: String
    /// −log P(typed | meant), in nats.
    var cost: Float
    /// Whether one word was taken for another, and no space put in or taken away.
    var isReplacement: Bool
  }

  /// The whole query; what was not changed stands as it was typed.
  public var text: String { text(keeping: Set(changes.indices)) }
  public private(set) var changes: [Change] = []
  /// What stands before each change, and behind the last.
  private var between: [String] = []

  /// nil where nothing is changed.
  init?(pieces: QueryPieces, path: [Reading], vocabulary: Vocabulary) {
    var plain = ""
    var place = 0
    for reading in path {
      let taken = pieces.pieces[place..<(place + reading.span)]
      place += reading.span
      plain += taken[taken.startIndex].separator
      let typed = taken.map(\.text).joined(separator: " ")
      guard !reading.isAsTyped else {
        plain += typed
        continue
      }
      between.append(plain)
      plain = ""
      changes.append(
        Change(
          typed: typed, meant: reading.words.map(vocabulary.text(of:)).joined(separator: " "), cost: reading.cost,
          isReplacement: reading.span == 1 && reading.words.count == 1))
    }
    between.append(plain + pieces.ending)
    if changes.isEmpty { return nil }
  }

  /// The query with only these of the changes.
  public func text(keeping kept: Set<Int>) -> String {
    var text = between[0]
    for (index, change) in changes.enumerated() {
      text += (kept.contains(index) ? change.meant : change.typed) + between[index + 1]
    }
    return text
  }
}
