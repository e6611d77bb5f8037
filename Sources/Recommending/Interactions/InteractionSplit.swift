internal import Ranking

/// How interactions are parted into those that are learnt from and those that are held out.
public enum InteractionSplit: String, Sendable, CaseIterable {
  /// Every row whose place in the file, from 0, divides by 5 is held out.
  case mod5
  /// The last fifth of the rows by time is held out, with all that came at the time of its first.
  case time
  /// Five random folds of equal size, each held out once.
  case folds

  public struct Part: Sendable {
    public let train: [Int]
    public let test: [Int]
  }

  private static let foldCount = 5

  /// The parts' rows, in the order of the file.
  public func parts(of interactions: Interactions, seed: UInt64) -> [Part] {
    let count = interactions.rows.count
    switch self {
    case .mod5:
      return [Self.part(count) { $0 % Self.foldCount == 0 }]
    case .time:
      let times = interactions.rows.map(\.seconds).sorted()
      let first = times.dropFirst(count - count / Self.foldCount).first ?? .max
      return [Self.part(count) { interactions.rows[$0].seconds >= first }]
    case .folds:
      var random = SplitMix64(seed: seed)
      var fold = [Int](repeating: 0, count: count)
      for (place, row) in random.permutation(of: count).enumerated() { fold[row] = place % Self.foldCount }
      return (0..<Self.foldCount).map { held in Self.part(count) { fold[$0] == held } }
    }
  }

  private static func part(_ count: Int, isTest: (Int) -> Bool) -> Part {
    var (train, test): ([Int], [Int]) = ([], [])
    for row in 0..<count {
      if isTest(row) { test.append(row) } else { train.append(row) }
    }
    return Part(train: train, test: test)
  }
}
