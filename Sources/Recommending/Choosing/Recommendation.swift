/// A recommended item with its score taken apart.
public struct Recommendation: Sendable, Equatable {
  public let item: Int32
  public let parts: HybridBlend.Part
  /// The rules that held, each of which multiplied the score.
  public let rules: [BusinessRules.Rule]
  public let reason: Reason?

  public init(item: Int32, parts: HybridBlend.Part, rules: [BusinessRules.Rule], reason: Reason?) {
    self.item = item
    self.parts = parts
    self.rules = rules
    self.reason = reason
  }

  public var score: Float { rules.reduce(parts.score) { $0 * Float($1.factor) } }
}
