import Ranking

/// Compares a new model with the one in force on days that neither the new one nor its settings learned from.
///
/// It passes if its nDCG@10 is above by a paired test, and what a shop must not lose is not lost: purchases, the variety of
/// products that come first, and new products.
public struct RankingGate: Sendable, Equatable {
  /// Of the paired test.
  public var significance = 0.05
  /// Held-out pages, each with a deed: fewer decide nothing.
  public var leastPages = 100
  /// Held-out pages with a purchase from which on the order of purchases is guarded: the figure of fewer is chance.
  public var leastPurchases = 30
  /// The nDCG of purchases may be lower by so much.
  public var purchaseTolerance = 0.02
  /// The least share of the distinct products that came first before.
  public var leastVariety = 0.8
  /// The least share of the new products among the first ten before.
  public var leastNew = 0.5

  /// Shares of new products that differ by less are chance.
  private static let newTolerance = 0.01

  public init() {}

  public struct Verdict: Sendable, Equatable {
    public var isPassed: Bool
    /// For people, with the figures that decided.
    public var findings: String
  }

  func verdict(new: RankingMeasure, inForce: RankingMeasure, name: String) -> Verdict {
    guard let test = PairedComparison(baseline: inForce.ndcg, candidate: new.ndcg, seed: 1) else {
      return Verdict(isPassed: false, findings: "no page was held out")
    }
    var faults: [String] = []
    if new.ndcg.count < leastPages {
      faults.append("\(new.ndcg.count) held-out pages are too few to decide: \(leastPages) are needed")
    }
    if test.difference <= 0 || test.pValue >= significance { faults.append("not better by the paired test") }
    if new.purchases.count >= leastPurchases, let own = new.meanPurchases, let other = inForce.meanPurchases,
      own < other - purchaseTolerance
    {
      faults.append("purchases stand lower: nDCG@10 \(Self.text(own)) after \(Self.text(other))")
    }
    if Double(new.shownFirst) < leastVariety * Double(inForce.shownFirst) {
      faults.append("fewer products come first: \(new.shownFirst) after \(inForce.shownFirst)")
    }
    if new.newShare < leastNew * inForce.newShare - Self.newTolerance {
      faults.append(
        "new products fall back: a share of \(Self.text(new.newShare)) after \(Self.text(inForce.newShare))")
    }
    let figures =
      "nDCG@10 \(Self.text(new.meanNDCG)) on \(new.ndcg.count) held-out pages, \(name) \(Self.text(inForce.meanNDCG)), "
      + "difference \(Self.text(test.difference)) (\(Self.text(test.interval.lowerBound)) to "
      + "\(Self.text(test.interval.upperBound))), p \(Self.text(test.pValue))"
    return Verdict(isPassed: faults.isEmpty, findings: ([figures] + faults).joined(separator: "; "))
  }

  /// Four digits behind the point.
  static func text(_ value: Double) -> String {
    let digits = String(abs(Int(saturating: (value * 10_000).rounded())))
    let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    return (value < 0 ? "-" : "") + padded.dropLast(4) + "." + padded.suffix(4)
  }
}
