import Glibc

extension ErrorModel {
  /// Estimates the costs of edits from words as they were typed and meant.
  ///
  /// Each pair is aligned by the costs of now and its edits are counted; P(edit) = (n + 1) / (L · k) with n the class's
  /// count, L the letters meant and k how many edits of the class a letter allows; the cost is −log P. Twice over, for
  /// better costs make better alignments (hard expectation maximisation; Ahmad and Kondrak, HLT 2005). The first letter
  /// costs −log of how much rarer than others it is wrong. The other weights stay.
  public func fitted(to pairs: [(typed: String, meant: String)]) -> ErrorModel {
    let words = pairs.compactMap { pair -> (typed: [UInt8], meant: [UInt8])? in
      guard let typed = LatinLetters.of(pair.typed), let meant = LatinLetters.of(pair.meant) else { return nil }
      return (typed, meant)
    }
    let letters = Double(words.reduce(0) { $0 + $1.meant.count })
    guard letters > 0 else { return self }
    var model = self
    for _ in 0..<2 {
      let distance = EditDistance(model)
      var counts = [Double](repeating: 1, count: Edit.allCases.count)
      var firstWrong = 1.0
      for word in words {
        let (edits, isFirstLetterWrong) = distance.edits(typed: word.typed, meant: word.meant)
        for edit in edits { counts[edit.rawValue] += 1 }
        if isFirstLetterWrong { firstWrong += 1 }
      }
      for edit in Edit.allCases {
        model[edit] = Float(max(Self.leastCost, -log(counts[edit.rawValue] / (letters * edit.choices))))
      }
      let firstRate = firstWrong / Double(words.count)
      let anyRate = counts.reduce(0, +) / letters
      model.firstLetter = Float(max(0, -log(min(1, firstRate / anyRate))))
    }
    return model
  }

  private static let leastCost = 0.5
}

extension Edit {
  /// Roughly how many edits of the class one letter allows, among which the class's probability is shared out.
  fileprivate var choices: Double {
    switch self {
    case .vowel: 2
    case .sound: 1.5
    case .neighbourKey: 4
    case .otherReplacement: 18
    case .transposition, .doubled, .undoubled, .vowelOmission, .otherOmission, .lastOmission, .respelling: 1
    case .neighbourInsertion: 8
    case .vowelInsertion: 6
    case .otherInsertion: 14
    }
  }
}
