/// Holds back a draft that costs too many searches their results, or the judged ones their quality.
///
/// An approver may publish such a draft all the same; the audit keeps what was held against it.
public struct PublicationGate: Sendable, Hashable {
  /// Queries of the log that a draft is tried on before it is published.
  public static let triedQueries = 200

  /// So many of a hundred searches may find nothing or nearly nothing that found more before; 100: any.
  public var maxLostPercent: Double
  /// nDCG@10 that the judged queries may lose, in hundredths; 100: any.
  public var maxQualityLoss: Double

  public init(maxLostPercent: Double, maxQualityLoss: Double) {
    self.maxLostPercent = maxLostPercent
    self.maxQualityLoss = maxQualityLoss
  }

  /// The reasons against a draft; empty: it may go out.
  public func reasons(_ impact: Impact) -> [String] {
    var reasons: [String] = []
    let lost = impact.searchesAWeek(.lost) + impact.searchesAWeek(.thinned)
    let percent = impact.searchesAWeek > 0 ? lost / impact.searchesAWeek * 100 : 0
    if percent > maxLostPercent {
      reasons.append(
        "\(Self.text(percent)) of 100 searches would find nothing or nearly nothing, \(Self.text(maxLostPercent)) are allowed"
      )
    }
    if let before = impact.qualityBefore, let after = impact.qualityAfter, (before - after) * 100 > maxQualityLoss {
      reasons.append(
        "the judged queries would lose \(Self.text((before - after) * 100)) hundredths of nDCG@10, \(Self.text(maxQualityLoss)) are allowed"
      )
    }
    return reasons
  }

  private static func text(_ value: Double) -> String {
    let tenths = Int(saturating: (value * 10).rounded())
    return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
