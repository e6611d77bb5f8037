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

  /// The best `count`, in the order chosen; of equally good ones the first given.
  ///
  /// A candidate's worth only falls while others are chosen. Therefore it is compared with those chosen meanwhile only once
  /// it stands first by what it was worth before (lazy greedy choice, Minoux 1978): most candidates are never compared.
  public func choose(
    _ count: Int, of candidates: [Candidate], similarity: (_ item: Int32, _ other: Int32) -> Float
  ) -> [Choice] {
    var left = Array(candidates.indices)
    var likeness = [Float](repeating: 0, count: candidates.count)
    // By candidate, how many of the chosen ones it was compared with.
    var compared = [Int](repeating: 0, count: candidates.count)
    var brands: [String: Int] = [:]
    var chosen: [Choice] = []
    func worth(_ place: Int) -> Float {
      relevance * candidates[place].score - (1 - relevance) * likeness[place]
    }
    while chosen.count < count {
      guard var best = left.indices.first else { break }
      for index in left.indices where worth(left[index]) > worth(left[best]) { best = index }
      let place = left[best]
      let candidate = candidates[place]
      if let maxOfBrand, let brand = candidate.brand, brands[brand, default: 0] >= maxOfBrand {
        left.remove(at: best)
        continue
      }
      guard compared[place] == chosen.count else {
        for other in chosen[compared[place]...] {
          likeness[place] = max(likeness[place], similarity(candidate.item, other.candidate.item))
        }
        compared[place] = chosen.count
        continue
      }
      left.remove(at: best)
      chosen.append(Choice(candidate: candidate, penalty: (1 - relevance) * likeness[place]))
      if let brand = candidate.brand { brands[brand, default: 0] += 1 }
    }
    return chosen
  }
}
