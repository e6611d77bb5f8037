/// The bounds of every model: an order may never do what a shopper would take for a fault.
///
/// A product that is worse in one respect never overtakes one that is better in it and stood above it in the engine's order:
///
/// - a product that the query does not name never overtakes the one that it names,
/// - one with a part of the words never overtakes one with all of them,
/// - an accessory never overtakes the thing,
/// - what is sold out never overtakes what can be bought.
///
/// The score of the worse one is cut down to the least score of the better ones above it, and equal scores keep the engine's
/// order.
public struct GuardRails: Sendable {
  /// How a candidate stands in each respect; true is worse.
  public struct Standing: Sendable, Equatable {
    public var isUnnamed: Bool
    public var isPartial: Bool
    public var isAccessory: Bool
    public var isSoldOut: Bool

    public init(isUnnamed: Bool = false, isPartial: Bool = false, isAccessory: Bool = false, isSoldOut: Bool = false) {
      self.isUnnamed = isUnnamed
      self.isPartial = isPartial
      self.isAccessory = isAccessory
      self.isSoldOut = isSoldOut
    }

    fileprivate var respects: [Bool] { [isUnnamed, isPartial, isAccessory, isSoldOut] }
  }

  /// The places of candidates in the order in which they are shown: by score, within the bounds. All are given in the
  /// engine's order; a score that is not a number counts as the lowest.
  public static func order(scores: [Double], standings: [Standing]) -> [Int] {
    precondition(scores.count == standings.count, "\(scores.count) scores have \(standings.count) standings")
    var least = [Double](repeating: .infinity, count: 4)
    var held: [Double] = []
    held.reserveCapacity(scores.count)
    for (score, standing) in zip(scores, standings) {
      var score = score.isNaN ? -Double.infinity : score
      let respects = standing.respects
      for (respect, isWorse) in respects.enumerated() where isWorse { score = min(score, least[respect]) }
      for (respect, isWorse) in respects.enumerated() where !isWorse { least[respect] = min(least[respect], score) }
      held.append(score)
    }
    return held.indices.sorted { held[$0] == held[$1] ? $0 < $1 : held[$0] > held[$1] }
  }
}
