/// The dynamic Bayesian network: a shopper reads from the top, clicks each product that attracts, and reads on unless
/// the clicked product satisfies or patience ends,
///
///     P(C_r = 1 | E_r = 1) = α        P(S_r = 1 | C_r = 1) = σ
///     P(E_r+1 = 1 | E_r = 1, S_r = 0) = γ        P(E_r+1 = 1 | S_r = 1) = 0
///
/// (Chapelle and Zhang 2009; Chuklin and others 2015, section 3.8). Relevance is α · σ: it attracts and satisfies.
/// Learned by expectation maximisation.
///
/// Every position to the last click was examined, and no clicked product before it satisfied. Only the end of the page
/// is unsure. With X_r = P(no click from r on | E_r = 1), which is (1 − α_r)(γ · X_r+1 + 1 − γ) and 1 below the page,
/// the posteriors of that end are closed forms.
public struct DynamicBayesianModel: ClickModel {
  /// α by pair.
  public let attraction: [ClickLog.Pair: Double]
  /// σ by pair.
  public let satisfaction: [ClickLog.Pair: Double]
  /// γ, the same for all.
  public let persistence: Double

  public init(learningFrom log: ClickLog, iterations: Int = 100) {
    precondition(iterations > 0, "a model needs at least one iteration")
    var estimate = Estimate(pairs: log.pairs.count)
    for _ in 0..<iterations {
      var step = Step(pairs: log.pairs.count)
      for page in log.pageRanges where !page.isEmpty { step.add(page, of: log, under: estimate) }
      estimate = step.estimate
    }
    attraction = Dictionary(uniqueKeysWithValues: zip(log.pairs, estimate.alpha))
    satisfaction = Dictionary(uniqueKeysWithValues: zip(log.pairs, estimate.sigma))
    persistence = estimate.gamma
  }

  public func relevance(of pair: ClickLog.Pair) -> Double {
    (attraction[pair] ?? ClickLog.prior) * (satisfaction[pair] ?? ClickLog.prior)
  }

  public func clickProbabilities(query: String, products: [String]) -> [Double] {
    var examined = 1.0
    return products.map { product in
      let pair = ClickLog.Pair(query: query, product: product)
      let alpha = attraction[pair] ?? ClickLog.prior
      defer { examined *= persistence * (1 - relevance(of: pair)) }
      return examined * alpha
    }
  }
}

/// The parameters of one iteration.
private struct Estimate {
  var alpha: [Double]
  var sigma: [Double]
  var gamma = ClickLog.prior

  init(pairs: Int) {
    alpha = Array(repeating: ClickLog.prior, count: pairs)
    sigma = alpha
  }
}

/// The expectations of one iteration.
private struct Step {
  private var attracted: [Expectation]
  private var satisfied: [Expectation]
  private var continued = Expectation()

  init(pairs: Int) {
    attracted = Array(repeating: Expectation(), count: pairs)
    satisfied = attracted
  }

  var estimate: Estimate {
    var estimate = Estimate(pairs: attracted.count)
    estimate.alpha = attracted.map(\.value)
    estimate.sigma = satisfied.map(\.value)
    estimate.gamma = continued.value
    return estimate
  }

  mutating func add(_ page: Range<Int>, of log: ClickLog, under estimate: Estimate) {
    func pair(_ rank: Int) -> Int { Int(log.pairOfPlace[page.lowerBound + rank]) }
    let gamma = estimate.gamma
    let last = log.lastClick(in: page)
    for rank in 0..<(last ?? 0) {
      let isClicked = log.clicked[page.lowerBound + rank]
      attracted[pair(rank)].add(isClicked ? 1 : 0, of: 1)
      if isClicked { satisfied[pair(rank)].add(0, of: 1) }
      continued.add(1, of: 1)
    }
    // P(E_r = 1 | C) of the next position; the first position of a page is always examined.
    var examined = 1.0
    var rank = 0
    let silence = silence(after: last ?? -1, to: page.count, pair: pair, under: estimate)
    if let last {
      attracted[pair(last)].add(1, of: 1)
      rank = last + 1
      // After a last position nothing is seen, neither that a shopper was satisfied nor that they went on.
      guard rank < page.count else { return }
      let sigma = estimate.sigma[pair(last)]
      let goesOn = gamma * (1 - sigma) * silence[0]
      let seen = goesOn + 1 - gamma * (1 - sigma)
      satisfied[pair(last)].add(sigma / seen, of: 1)
      continued.add(goesOn / seen, of: 1 - sigma / seen)
      examined = goesOn / seen
    }
    let firstSilent = rank
    while rank < page.count {
      attracted[pair(rank)].add(0, of: examined)
      guard rank + 1 < page.count else { return }
      let goesOn = gamma * silence[rank + 1 - firstSilent]
      let share = goesOn / (goesOn + 1 - gamma)
      continued.add(examined * share, of: examined)
      examined *= share
      rank += 1
    }
  }

  /// X_r of the positions after the last click.
  private func silence(
    after last: Int, to count: Int, pair: (Int) -> Int, under estimate: Estimate
  ) -> [Double] {
    var silence = Array(repeating: 1.0, count: count - last - 1)
    var below = 1.0
    for rank in stride(from: count - 1, to: last, by: -1) {
      // Nothing is seen below the page, whether or not the shopper went on.
      let after = rank == count - 1 ? 1 : estimate.gamma * below + 1 - estimate.gamma
      below = (1 - estimate.alpha[pair(rank)]) * after
      silence[rank - last - 1] = below
    }
    return silence
  }
}
