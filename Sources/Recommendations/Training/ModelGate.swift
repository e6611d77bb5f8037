import Catalog
import Ports
import Recommending

/// Compares a new model with the one in use on days that neither has learnt from.
///
/// The days since the data of the model in use ended are held out: a model of the same parameters as the new one, learnt
/// from the days before, must have at least the recall@20 of the model in use there, less a tolerance for chance. Where
/// these days have too few shoppers, the models cannot be told apart; the new one must then be above popularity on the
/// last fifth of the deeds. In either case the hybrid must not be below any of its parts, less what is chance among so many shoppers: a blend that
/// loses to its part would serve worse than the part.
public struct ModelGate: Sendable, Equatable {
  /// The recall may be lower by this share.
  public var tolerance: Double

  public init(tolerance: Double = 0.02) { self.tolerance = tolerance }

  public struct Verdict: Sendable, Equatable {
    public var isPassed: Bool
    /// For people, with the figures that decided.
    public var findings: String
  }

  /// `inUse`: the recall of the model in use on the same held-out days; nil if there is none, or it learnt from them.
  func verdict(on validation: RecommenderTraining.Validation?, inUse: Double?) -> Verdict {
    guard let validation, let recall = validation.recall["hybrid"],
      let popular = validation.recall["popularity"]
    else {
      return Verdict(
        isPassed: inUse == nil,
        findings: "too few shoppers chose something new on the held-out days: nothing was measured")
    }
    let day = CalendarDay(daysSinceEpoch: validation.startSeconds / 86_400)
    var findings =
      "recall@20 \(Self.text(recall)) for \(validation.shoppers) shoppers since \(day), popularity \(Self.text(popular))"
    for (part, name) in [("collaborative", "\(validation.choice.collaborative)"), ("content", "content")] {
      findings += ", \(name) \(Self.text(validation.recall[part] ?? 0))"
    }
    if let inUse { findings += ", the model in use \(Self.text(inUse))" }
    let parts = validation.recall.values.max() ?? 0
    let isPassed =
      recall >= max(popular, inUse ?? 0) * (1 - tolerance)
      && recall >= parts * (1 - max(tolerance, Self.chance(of: validation.shoppers)))
    return Verdict(isPassed: isPassed, findings: findings)
  }

  /// The share of a recall that is chance between two models of one data: about the deviation of a mean over so many
  /// shoppers.
  private static func chance(of shoppers: Int) -> Double { 1 / Double(max(1, shoppers)).squareRoot() }

  /// The verdict where a model is in use with which the new one was not compared: the days since then have too few shoppers,
  /// or its file cannot be read.
  ///
  /// A history of less than half the deeds that the model in use learnt from was lost in part, or is being restored. What is
  /// learnt from it could be far worse, and nothing would tell.
  func verdict(_ verdict: Verdict, deeds: Int, uncompared serving: ModelEntry) -> Verdict {
    let before = serving.metrics["deeds"] ?? 0
    guard Double(deeds) < before * Self.leastShareOfDeeds else { return verdict }
    return Verdict(
      isPassed: false,
      findings: "it learnt from \(deeds) deeds, and model \(serving.number) in use from \(Int(saturating: before)): "
        + "the history is not whole; \(verdict.findings)")
  }

  private static let leastShareOfDeeds = 0.5

  private static func text(_ value: Double) -> String {
    let digits = String(Int(saturating: (value * 10_000).rounded()))
    return "." + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
