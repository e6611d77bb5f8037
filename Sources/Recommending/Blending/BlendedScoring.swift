/// Several models as one: the weighted sum of their scores, each brought to 0…1 for the shopper at hand.
public struct BlendedScoring: Explaining {
  public struct Part: Sendable {
    public var model: any Explaining
    public var weight: Float

    public init(model: any Explaining, weight: Float) {
      self.model = model
      self.weight = weight
    }
  }

  private let parts: [Part]
  public let itemCount: Int

  public init(_ parts: [Part]) {
    precondition(!parts.isEmpty && parts.allSatisfy { $0.model.itemCount == parts[0].model.itemCount })
    self.parts = parts
    itemCount = parts[0].model.itemCount
  }

  public func score(_ history: History, into scores: inout [Float]) {
    var sum = [Float](repeating: 0, count: scores.count)
    for part in parts {
      part.model.score(history, into: &scores)
      for (item, score) in HybridBlend.normalised(scores).enumerated() { sum[item] += part.weight * score }
    }
    scores = sum
  }

  /// The parts of the model that knows most of the item: contributions of unlike models have no common unit.
  public func contributions(to item: Int32, from history: History) -> [Contribution] {
    let byWeight = parts.sorted { $0.weight > $1.weight }
    return byWeight.lazy.map { $0.model.contributions(to: item, from: history) }.first { !$0.isEmpty } ?? []
  }
}
