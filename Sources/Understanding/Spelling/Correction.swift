/// What a query was probably meant to be, and what was changed.
public struct Correction: Sendable, Hashable {
  public struct Change: Sendable, Hashable {
    public var typed: String
    public var meant: String
  }

  /// The whole query; what was not changed stands as it was typed.
  public var text: String
  public var changes: [Change]

  /// nil where nothing is changed.
  init?(pieces: QueryPieces, path: [Reading], vocabulary: Vocabulary) {
    text = ""
    changes = []
    var place = 0
    for reading in path {
      let taken = pieces.pieces[place..<(place + reading.span)]
      place += reading.span
      text += taken[taken.startIndex].separator
      let typed = taken.map(\.text).joined(separator: " ")
      guard !reading.isAsTyped else {
        text += typed
        continue
      }
      let meant = reading.words.map(vocabulary.text(of:)).joined(separator: " ")
      text += meant
      changes.append(Change(typed: typed, meant: meant))
    }
    text += pieces.ending
    if changes.isEmpty { return nil }
  }
}
