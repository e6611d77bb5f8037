/// Measures −log P(typed | meant): Damerau-Levenshtein (optimal string alignment) with the costs of an error model.
struct EditDistance: Sendable {
  private static let letterCount = 26
  /// Letters of the longest side of a respelling.
  private static let longestRespelling = 4

  let model: ErrorModel
  /// The class of each replacement, by typed and meant letter.
  private let replacements: [Edit]
  /// By the last letters of both sides: which respellings may end there.
  private let respellings: [[(typed: [UInt8], meant: [UInt8])]]

  init(_ model: ErrorModel) {
    self.model = model
    let letters = (0..<Self.letterCount).map { UInt8($0 + 97) }
    replacements = letters.flatMap { typed in letters.map { Letters.replacement(typed: typed, meant: $0) } }
    var respellings = [[(typed: [UInt8], meant: [UInt8])]](
      repeating: [], count: Self.letterCount * Self.letterCount)
    for pair in Letters.respellings {
      for (typed, meant) in [(Array(pair.0.utf8), Array(pair.1.utf8)), (Array(pair.1.utf8), Array(pair.0.utf8))] {
        respellings[Self.place(typed[typed.count - 1], meant[meant.count - 1])!].append((typed, meant))
      }
    }
    self.respellings = respellings
  }

  /// Where a pair of letters stands in a table; nil with a sign among them.
  @inline(__always)
  private static func place(_ typed: UInt8, _ meant: UInt8) -> Int? {
    LatinLetters.isLetter(typed) && LatinLetters.isLetter(meant)
      ? Int(typed - 97) * letterCount + Int(meant - 97) : nil
  }

  /// The cost, nil where it is above `limit`.
  func cost(typed: ArraySlice<UInt8>, meant: ArraySlice<UInt8>, limit: Float) -> Float? {
    typed.withUnsafeBufferPointer { typed in
      meant.withUnsafeBufferPointer { meant in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (typed.count + 1) * (meant.count + 1)) { table in
          fill(table, typed: typed, meant: meant, limit: limit)
        }
      }
    }
  }

  /// The edits of the cheapest way from the meant word to the typed one, and whether the first letter is among them.
  func edits(typed: [UInt8], meant: [UInt8]) -> (edits: [Edit], isFirstLetterWrong: Bool) {
    typed.withUnsafeBufferPointer { typed in
      meant.withUnsafeBufferPointer { meant in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (typed.count + 1) * (meant.count + 1)) { table in
          _ = fill(table, typed: typed, meant: meant, limit: .infinity)
          return trace(table, typed: typed, meant: meant)
        }
      }
    }
  }

  /// Fills the table row by row: `table[i][j]` is the least cost of the first i typed for the first j meant letters.
  private func fill(
    _ table: UnsafeMutableBufferPointer<Float>, typed: UnsafeBufferPointer<UInt8>, meant: UnsafeBufferPointer<UInt8>,
    limit: Float
  ) -> Float? {
    let width = meant.count + 1
    // A transposition and a respelling look back over several rows.
    var rowsAbove = 0
    for i in 0...typed.count {
      var least = Float.infinity
      for j in 0..<width {
        var best: Float = i == 0 && j == 0 ? 0 : .infinity
        forEachStep(typed: typed, i, meant: meant, j) { step in
          best = min(best, table[(i - step.typed) * width + j - step.meant] + cost(of: step, i, j))
        }
        table[i * width + j] = best
        least = min(least, best)
      }
      rowsAbove = least > limit ? rowsAbove + 1 : 0
      if rowsAbove == Self.longestRespelling { return nil }
    }
    let total = table[typed.count * width + meant.count]
    return total <= limit ? total : nil
  }

  private func trace(
    _ table: UnsafeMutableBufferPointer<Float>, typed: UnsafeBufferPointer<UInt8>, meant: UnsafeBufferPointer<UInt8>
  ) -> (edits: [Edit], isFirstLetterWrong: Bool) {
    let width = meant.count + 1
    var (i, j) = (typed.count, meant.count)
    var edits: [Edit] = []
    var isFirstLetterWrong = false
    while i > 0 || j > 0 {
      var best: (step: Step, cost: Float)?
      forEachStep(typed: typed, i, meant: meant, j) { step in
        let total = table[(i - step.typed) * width + j - step.meant] + cost(of: step, i, j)
        if best.map({ total < $0.cost }) ?? true { best = (step, total) }
      }
      guard let step = best?.step else { break }
      i -= step.typed
      j -= step.meant
      if let edit = step.edit {
        edits.append(edit)
        isFirstLetterWrong = isFirstLetterWrong || (i == 0 && j == 0 && edit != .respelling)
      }
    }
    return (edits.reversed(), isFirstLetterWrong)
  }

  /// The last step of a way: how many letters it takes of each side, and what went wrong in it.
  private struct Step {
    var typed: Int
    var meant: Int
    var edit: Edit?
  }

  @inline(__always)
  private func cost(of step: Step, _ i: Int, _ j: Int) -> Float {
    guard let edit = step.edit else { return 0 }
    let isFirst = i == step.typed && j == step.meant && edit != .respelling
    return model.costs[edit.rawValue] + (isFirst ? model.firstLetter : 0)
  }

  /// Every last step of the first i typed and the first j meant letters.
  @inline(__always)
  private func forEachStep(
    typed: UnsafeBufferPointer<UInt8>, _ i: Int, meant: UnsafeBufferPointer<UInt8>, _ j: Int, _ body: (Step) -> Void
  ) {
    if i > 0 { body(Step(typed: 1, meant: 0, edit: insertion(typed, i))) }
    if j > 0 { body(Step(typed: 0, meant: 1, edit: omission(meant, j))) }
    guard i > 0, j > 0 else { return }
    let (t, m) = (typed[i - 1], meant[j - 1])
    let place = Self.place(t, m)
    body(Step(typed: 1, meant: 1, edit: t == m ? nil : place.map { replacements[$0] } ?? .otherReplacement))
    if i > 1, j > 1, t != m, t == meant[j - 2], typed[i - 2] == m {
      body(Step(typed: 2, meant: 2, edit: .transposition))
    }
    guard let place else { return }
    for pair in respellings[place] where i >= pair.typed.count && j >= pair.meant.count {
      let matches =
        (0..<pair.typed.count).allSatisfy { typed[i - pair.typed.count + $0] == pair.typed[$0] }
        && (0..<pair.meant.count).allSatisfy { meant[j - pair.meant.count + $0] == pair.meant[$0] }
      if matches { body(Step(typed: pair.typed.count, meant: pair.meant.count, edit: .respelling)) }
    }
  }

  /// The typed letter i has none meant.
  @inline(__always)
  private func insertion(_ typed: UnsafeBufferPointer<UInt8>, _ i: Int) -> Edit {
    let letter = typed[i - 1]
    let before = i > 1 ? typed[i - 2] : 0
    if letter == before { return .doubled }
    let after = i < typed.count ? typed[i] : 0
    if Letters.areNeighbours(letter, before) || Letters.areNeighbours(letter, after) { return .neighbourInsertion }
    return Letters.isVowel(letter) ? .vowelInsertion : .otherInsertion
  }

  /// The meant letter j was not typed.
  @inline(__always)
  private func omission(_ meant: UnsafeBufferPointer<UInt8>, _ j: Int) -> Edit {
    let letter = meant[j - 1]
    if j > 1, letter == meant[j - 2] { return .undoubled }
    if Letters.isVowel(letter) { return .vowelOmission }
    return j == meant.count ? .lastOmission : .otherOmission
  }
}
