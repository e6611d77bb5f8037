public import Threading

extension HybridBlend {
  /// The ramps and weights that are tried: what is enough of a shopper and of a product, how much collaboration weighs then,
  /// and how much popularity adds.
  private static let ramps: [(interactions: Int, choices: Int)] = [1, 3, 10].flatMap { interactions in
    [1, 5, 20].map { (interactions, $0) }
  }
  private static let weights = (0...20).map { Float($0) / 20 }
  private static let popularityWeights: [Float] = [0, 0.05, 0.1, 0.2, 0.4]

  /// Choices that were held out, and what is known to rank them by.
  public struct Exam: Sendable {
    public var heldOut: TopNMeasure.HeldOut
    public var collaborative: any ItemScoring
    public var content: any ItemScoring
    public var popularity: [Float]
    /// Shoppers who chose each item.
    public var choices: [Int32]

    /// `popularity`: none unless given; `choices`: those of the training data unless given.
    public init(
      _ heldOut: TopNMeasure.HeldOut, collaborative: any ItemScoring, content: any ItemScoring,
      popularity: [Float]? = nil, choices: [Int32]? = nil
    ) {
      self.heldOut = heldOut
      self.collaborative = collaborative
      self.content = content
      self.popularity = popularity ?? .init(repeating: 0, count: heldOut.train.columnCount)
      var counted = [Int32](repeating: 0, count: heldOut.train.columnCount)
      if choices == nil { for item in heldOut.train.columns { counted[Int(item)] += 1 } }
      self.choices = choices ?? counted
    }
  }

  /// A weight of popularity must better the lists by this share: it makes every shopper's list more alike.
  private static let worthOfPopularity = 1.005

  /// The blend whose lists have the best nDCG over the exams: the ramp and the weight first, then the weight of popularity. Of
  /// equal ones the nearest to this one. Several exams, as of several weeks, leave less to chance.
  ///
  /// Where nobody has a held-out choice the blend stays as it is.
  public func learned(by exams: [Exam], workers: Int = availableProcessors) -> HybridBlend {
    let exams = exams.filter { !$0.heldOut.users.isEmpty }
    guard !exams.isEmpty else { return self }
    func worth(_ blends: [HybridBlend]) -> [Double] {
      exams.map { Self.worth(of: blends, in: $0, workers: workers) }.reduce(.init(repeating: 0, count: blends.count)) {
        zip($0, $1).map { $0 + $1 }
      }
    }
    let ramped =
      [self]
      + Self.ramps.map { ramp in
        var blend = self
        (blend.enoughInteractions, blend.enoughChoices) = (ramp.interactions, ramp.choices)
        return blend
      }
    let weights = Self.weights.sorted { abs($0 - collaborativeWeight) < abs($1 - collaborativeWeight) }
    let blends = ramped.flatMap { ramp in
      weights.map { weight in
        var blend = ramp
        blend.collaborativeWeight = weight
        return blend
      }
    }
    let worths = worth(blends)
    guard let best = blends.indices.max(by: { (worths[$0], $1) < (worths[$1], $0) }) else { return self }
    guard exams.contains(where: { $0.popularity.contains { $0 > 0 } }) else { return blends[best] }
    let popular = Self.popularityWeights.map { weight in
      var blend = blends[best]
      blend.popularityWeight = weight
      return blend
    }
    let more = worth(popular)
    let most = popular.indices.max { (more[$0], $1) < (more[$1], $0) } ?? 0
    return more[most] > more[0] * Self.worthOfPopularity ? popular[most] : popular[0]
  }

  /// The mean nDCG of each blend; a shopper's scores are computed once for all of them.
  private static func worth(
    of blends: [HybridBlend], in exam: Exam, workers: Int
  ) -> [Double] {
    let (heldOut, popularity, choices) = (exam.heldOut, exam.popularity, exam.choices)
    let users = heldOut.users
    let sums = Guarded([Double](repeating: 0, count: blends.count))
    let itemCount = heldOut.train.columnCount
    let all = choices.indices.map { Int32(clamping: $0) }
    inParallel(
      users.count, block: 16, workers: workers, scratch: { [Float](repeating: 0, count: itemCount) }
    ) { block, scores in
      var worth = [Double](repeating: 0, count: blends.count)
      for place in block {
        let history = History(heldOut.train, user: users[place])
        // As in an answer: the parts are normalised over what is not in the history.
        let own = Set(history.items)
        let candidates = all.filter { !own.contains($0) }
        let left = Set(heldOut.leftOut.range(users[place]).map { heldOut.leftOut.columns[$0] })
        exam.collaborative.score(history, into: &scores)
        let first = normalised(candidates.map { scores[Int($0)] })
        exam.content.score(history, into: &scores)
        let second = normalised(candidates.map { scores[Int($0)] })
        let third = normalised(candidates.map { popularity[Int($0)] })
        let wanted = Set(heldOut.test.range(users[place]).map { heldOut.test.columns[$0] })
        for (index, blend) in blends.enumerated() {
          let blended = candidates.indices.map { candidate in
            left.contains(candidates[candidate])
              ? -.infinity
              : Part(
                collaborative: first[candidate], content: second[candidate], popularity: third[candidate],
                collaborativeWeight: blend.weight(
                  interactions: history.items.count, choices: Int(choices[Int(candidates[candidate])])),
                popularityWeight: blend.popularityWeight
              ).score
          }
          let list = Ranked.best(heldOut.depth, of: blended).map { candidates[Int($0)] }
          worth[index] += TopNMeasure.ndcg(of: list, wanted: wanted, depth: heldOut.depth)
        }
      }
      let added = worth
      sums.withLock { sums in for index in added.indices { sums[index] += added[index] } }
    }
    // Threads add in any order: what differs in the last digits is equal.
    return sums.withLock { $0 }.map { ($0 / Double(users.count) * 1e9).rounded() / 1e9 }
  }
}
