/// Measures −log P(typed | meant): Damerau-Levenshtein (optimal string alignment) with the costs of an error model.
struct EditDistance: Sendable {
  private static let letterCount = 26

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

  /// Fills the table row by row: `table[i][j]` is the least cost of the first i typed for the first j meant letters.
  private func fill(
    _ table: UnsafeMutableBufferPointer<Float>, typed: UnsafeBufferPointer<UInt8>, meant: UnsafeBufferPointer<UInt8>,
    limit: Float
  ) -> Float? {
    let width = meant.count + 1
    table[0] = 0
    for j in 1..<width { table[j] = table[j - 1] + omission(meant, j) + (j == 1 ? model.firstLetter : 0) }
    // A transposition and a respelling look back over several rows.
    var leastBefore = Float(0)
    for i in 1...typed.count {
      let row = i * width
      table[row] = table[row - width] + insertion(typed, i, meant, 0) + (i == 1 ? model.firstLetter : 0)
      var least = table[row]
      for j in 1..<width {
        let best = bestStep(table, row: row, width: width, typed: typed, i, meant: meant, j)
        table[row + j] = best
        least = min(least, best)
      }
      if least > limit, leastBefore > limit, i >= 4 { return nil }
      leastBefore = least
    }
    let cost = table[typed.count * width + meant.count]
    return cost <= limit ? cost : nil
  }

  @inline(__always)
  private func bestStep(
    _ table: UnsafeMutableBufferPointer<Float>, row: Int, width: Int,
    typed: UnsafeBufferPointer<UInt8>, _ i: Int, meant: UnsafeBufferPointer<UInt8>, _ j: Int
  ) -> Float {
    let (t, m) = (typed[i - 1], meant[j - 1])
    let diagonal = table[row - width + j - 1]
    var best: Float
    let place = Self.place(t, m)
    if t == m {
      best = diagonal
    } else {
      let edit = place.map { replacements[$0] } ?? .otherReplacement
      best = diagonal + model.costs[edit.rawValue] + (i == 1 && j == 1 ? model.firstLetter : 0)
    }
    best = min(best, table[row - width + j] + insertion(typed, i, meant, j))
    best = min(best, table[row + j - 1] + omission(meant, j))
    if i > 1, j > 1, t != m, t == meant[j - 2], typed[i - 2] == m {
      let first = i == 2 && j == 2 ? model.firstLetter : 0
      best = min(best, table[row - 2 * width + j - 2] + model[.transposition] + first)
    }
    if let place, !respellings[place].isEmpty {
      for pair in respellings[place] {
        guard i >= pair.typed.count, j >= pair.meant.count else { continue }
        let before = table[row - pair.typed.count * width + j - pair.meant.count] + model[.respelling]
        guard before < best else { continue }
        let matches =
          (0..<pair.typed.count).allSatisfy { typed[i - pair.typed.count + $0] == pair.typed[$0] }
          && (0..<pair.meant.count).allSatisfy { meant[j - pair.meant.count + $0] == pair.meant[$0] }
        if matches { best = before }
      }
    }
    return best
  }

  /// The typed letter i has none meant; it stands behind j meant letters.
  @inline(__always)
  private func insertion(
    _ typed: UnsafeBufferPointer<UInt8>, _ i: Int, _ meant: UnsafeBufferPointer<UInt8>, _ j: Int
  ) -> Float {
    let letter = typed[i - 1]
    let before = i > 1 ? typed[i - 2] : 0
    if letter == before { return model[.doubled] }
    let after = i < typed.count ? typed[i] : 0
    if Letters.areNeighbours(letter, before) || Letters.areNeighbours(letter, after) {
      return model[.neighbourInsertion]
    }
    return model[Letters.isVowel(letter) ? .vowelInsertion : .otherInsertion]
  }

  /// The meant letter j was not typed.
  @inline(__always)
  private func omission(_ meant: UnsafeBufferPointer<UInt8>, _ j: Int) -> Float {
    let letter = meant[j - 1]
    if j > 1, letter == meant[j - 2] { return model[.undoubled] }
    if Letters.isVowel(letter) { return model[.vowelOmission] }
    return model[j == meant.count ? .lastOmission : .otherOmission]
  }
}
