/// Scores of two kinds of model made one: w · collaborative + (1 − w) · content + p · popularity, each brought to 0…1 first.
///
/// p is 0 unless it was learned. w is `collaborativeWeight`, less for a shopper with few interactions and for a product that few chose, in proportion
/// to what is enough: what the collaborative model knows nothing of is judged by what it says of itself.
public struct HybridBlend: Sendable, Equatable {
  public var collaborativeWeight: Float
  /// So many interactions of a shopper are enough for the full weight.
  public var enoughInteractions: Int
  /// So many choices of a product likewise.
  public var enoughChoices: Int
  /// p: how much the popularity of a product adds for every shopper.
  public var popularityWeight: Float

  public init(
    collaborativeWeight: Float = 0.6, enoughInteractions: Int = 10, enoughChoices: Int = 20,
    popularityWeight: Float = 0
  ) {
    precondition((0...1).contains(collaborativeWeight), "a weight is from 0 to 1")
    precondition((0...1).contains(popularityWeight), "a weight is from 0 to 1")
    precondition(enoughInteractions > 0 && enoughChoices > 0, "enough is at least 1")
    self.collaborativeWeight = collaborativeWeight
    self.enoughInteractions = enoughInteractions
    self.enoughChoices = enoughChoices
    self.popularityWeight = popularityWeight
  }

  /// One item's score taken apart.
  public struct Part: Sendable, Equatable {
    /// Brought to 0…1.
    public let collaborative: Float
    public let content: Float
    public let popularity: Float
    /// w for this shopper and product.
    public let collaborativeWeight: Float
    /// p
    public let popularityWeight: Float

    public var score: Float {
      collaborativeWeight * collaborative + (1 - collaborativeWeight) * content + popularityWeight * popularity
    }
  }

  /// The weight of the collaborative score.
  public func weight(interactions: Int, choices: Int) -> Float {
    collaborativeWeight * min(1, Float(interactions) / Float(enoughInteractions))
      * min(1, Float(choices) / Float(enoughChoices))
  }

  /// The sources of the parts of candidates; each list has a number for each candidate.
  public struct Scores {
    public var collaborative: [Float]
    public var content: [Float]
    public var popularity: [Float]
    /// Shoppers who chose the product.
    public var choices: [Int32]

    public init(collaborative: [Float], content: [Float], popularity: [Float], choices: [Int32]) {
      self.collaborative = collaborative
      self.content = content
      self.popularity = popularity
      self.choices = choices
    }
  }

  /// The parts of candidates; the lists of scores are normalised over the candidates alone.
  public func parts(_ scores: Scores, interactions: Int) -> [Part] {
    let collaborative = Self.normalised(scores.collaborative)
    let content = Self.normalised(scores.content)
    let popularity = Self.normalised(scores.popularity)
    return scores.choices.indices.map { place in
      Part(
        collaborative: collaborative[place], content: content[place], popularity: popularity[place],
        collaborativeWeight: weight(interactions: interactions, choices: Int(scores.choices[place])),
        popularityWeight: popularityWeight)
    }
  }

  /// Scores brought to 0…1 by the least and the greatest; 0 where all are equal, and for what is not finite.
  public static func normalised(_ scores: [Float]) -> [Float] {
    let finite = scores.lazy.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max(), most > least else {
      return .init(repeating: 0, count: scores.count)
    }
    // Halved, so that the difference of two great numbers stays finite.
    let range = most / 2 - least / 2
    return scores.map { $0.isFinite ? ($0 / 2 - least / 2) / range : 0 }
  }
}
