/// Chooses a list that is good and not all alike: maximal marginal relevance (Carbonell and Goldstein 1998), with a cap
/// on each brand.
public struct Diversity: Sendable, Equatable {
  /// λ of λ · score − (1 − λ) · (greatest similarity to what is chosen): 1 is the order of scores.
  public var relevance: Float
  /// So many items of one brand at the most; nil does not count them.
  public var maxOfBrand: Int?

  public init(relevance: Float = 0.7, maxOfBrand: Int? = 3) {
    precondition((0...1).contains(relevance) && maxOfBrand.map { $0 > 0 } ?? true)
    self.relevance = relevance
    self.maxOfBrand = maxOfBrand
  }

  public struct Candidate: Sendable, Equatable {
    public var item: Int32
    /// 0…1, as similarities are.
    public var score: Float
    public var brand: String?

    public init(item: Int32, score: Float, brand: String? = nil) {
      self.item = item
      self.score = score
      self.brand = brand
    }
  }

  public struct Choice: Sendable, Equatable {
    public let candidate: Candidate
    /// The deduction for its likeness to the items before it.
    public let penalty: Float
  }

  /// The best `count`, in the order chosen; of equally good ones the first given. It compares each candidate with each
  /// chosen one once.
  public func choose(
    _ count: Int, of candidates: [Candidate], similarity: (_ item: Int32, _ other: Int32) -> Float
  ) -> [Choice] {
    var left = Array(candidates.indices)
    var likeness = [Float](repeating: 0, count: candidates.count)
    var brands: [String: Int] = [:]
    var chosen: [Choice] = []
    func worth(_ place: Int) -> Float {
      relevance * candidates[place].score - (1 - relevance) * likeness[place]
    }
    while chosen.count < count {
      if let maxOfBrand {
        left.removeAll { place in candidates[place].brand.map { brands[$0, default: 0] >= maxOfBrand } ?? false }
      }
      guard var best = left.indices.first else { break }
      for index in left.indices where worth(left[index]) > worth(left[best]) { best = index }
      let place = left.remove(at: best)
      let candidate = candidates[place]
      chosen.append(Choice(candidate: candidate, penalty: (1 - relevance) * likeness[place]))
      if let brand = candidate.brand { brands[brand, default: 0] += 1 }
      for other in left {
        likeness[other] = max(likeness[other], similarity(candidates[other].item, candidate.item))
      }
    }
    return chosen
  }
}
