import Threading

extension HybridBlend {
  /// The ramps and weights that are tried: what is enough of a shopper and of a product, how much collaboration weighs then,
  /// and how much popularity adds.
  private static let ramps: [(interactions: Int, choices: Int)] = [1, 3, 10].flatMap { interactions in
    [1, 5, 20].map { (interactions, $0) }
  }
  private static let weights = (0...20).map { Float($0) / 20 }
  private static let popularityWeights: [Float] = [0, 0.05, 0.1, 0.2, 0.4]

  /// The blend whose lists have the best nDCG on held-out choices: the ramp and the weight first, then the weight of
  /// popularity. Of equal ones the nearest to this one.
  ///
  /// `choices`: shoppers who chose each item; those of the training data unless given. Where nobody has a held-out choice the blend stays as it is.
  public func learned(
    on heldOut: TopNMeasure.HeldOut, collaborative: some ItemScoring, content: some ItemScoring,
    popularity: [Float]? = nil, choices counted: [Int32]? = nil, workers: Int = availableProcessors
  ) -> HybridBlend {
    var choices = counted ?? .init(repeating: 0, count: heldOut.train.columnCount)
    if counted == nil { for item in heldOut.train.columns { choices[Int(item)] += 1 } }
    let popularity = popularity ?? .init(repeating: 0, count: choices.count)
    func best(_ blends: [HybridBlend]) -> HybridBlend {
      let worth = Self.worth(
        of: blends, on: heldOut, collaborative: collaborative, content: content, popularity: popularity,
        choices: choices, workers: workers)
      return blends.indices.max { (worth[$0], $1) < (worth[$1], $0) }.map { blends[$0] } ?? self
    }
    guard !heldOut.users.isEmpty else { return self }
    let ramped =
      [self]
      + Self.ramps.map { ramp in
        var blend = self
        (blend.enoughInteractions, blend.enoughChoices) = (ramp.interactions, ramp.choices)
        return blend
      }
    let weights = Self.weights.sorted { abs($0 - collaborativeWeight) < abs($1 - collaborativeWeight) }
    let chosen = best(
      ramped.flatMap { ramp in
        weights.map { weight in
          var blend = ramp
          blend.collaborativeWeight = weight
          return blend
        }
      })
    guard popularity.contains(where: { $0 > 0 }) else { return chosen }
    return best(
      Self.popularityWeights.map { weight in
        var blend = chosen
        blend.popularityWeight = weight
        return blend
      })
  }

  /// The mean nDCG of each blend; a shopper's scores are computed once for all of them.
  private static func worth(
    of blends: [HybridBlend], on heldOut: TopNMeasure.HeldOut, collaborative: some ItemScoring,
    content: some ItemScoring, popularity: [Float], choices: [Int32], workers: Int
  ) -> [Double] {
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
        collaborative.score(history, into: &scores)
        let first = normalised(candidates.map { scores[Int($0)] })
        content.score(history, into: &scores)
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
