public import Threading

/// EASE and implicit ALS as one model, their parameters chosen on choices that were held out of the training data.
public struct TunedBlend: Sendable, Equatable {
  /// Nil where the items are too many for it.
  public var easeRegularization: Double?
  public var als: ImplicitALS.Options
  /// The weight of ALS, 1 less it that of EASE.
  public var alsWeight: Float
  /// The weight of an item that was rated low; a chosen one has weight 1.
  public var lowValue: Float

  /// The parameters that are tried. EASE is tried up to so many items, each of whose inversions takes a second or two on two processors.
  static let maxItemsForEASE = 6_000
  static let easeRegularizations: [Double] = [50, 100, 200, 400, 800]
  static let factors = [16, 32, 64, 128]
  static let regularizations: [Float] = [1, 3, 10, 30, 100]
  static let alphas: [Float] = [1, 3, 10]
  static let alsWeights: [Float] = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 1]
  static let leastLowValue: Float = 1e-6
  static let lowValues: [Float] = [0.1, 0.2, 0.35]
  /// Every fifth training row is held out to choose by.
  private static let foldCount = 5

  /// The model that these parameters give.
  public func model(_ rows: SparseRows) throws -> BlendedScoring {
    var parts: [BlendedScoring.Part] = []
    if let easeRegularization, alsWeight < 1 {
      parts.append(
        .init(model: try EASE(rows, regularization: easeRegularization, workers: als.workers), weight: 1 - alsWeight))
    }
    if alsWeight > 0 || parts.isEmpty { parts.append(.init(model: ImplicitALS(rows, options: als), weight: alsWeight)) }
    return BlendedScoring(parts)
  }

  /// The data for the choice: the training rows of interactions, what counts as chosen, and the length of the lists.
  public struct Task: Sendable {
    public var interactions: Interactions
    public var places: [Int]
    public var least: Float
    public var depth: Int
    public var workers: Int

    public init(
      interactions: Interactions, places: [Int], least: Float, depth: Int, workers: Int = availableProcessors
    ) {
      self.interactions = interactions
      self.places = places
      self.least = least
      self.depth = depth
      self.workers = workers
    }

    /// The training rows parted once more; what was rated low counts `lowValue` and is then not shown either.
    func heldOut(lowValue: Float) -> TopNMeasure.HeldOut {
      func rows(isHeld: Bool) -> [Int] {
        places.enumerated().filter { ($0.offset % foldCount == 0) == isHeld }.map(\.element)
      }
      let kept = rows(isHeld: false)
      return TopNMeasure.HeldOut(
        train: interactions.chosen(of: kept, least: least, lowValue: lowValue),
        test: interactions.chosen(of: rows(isHeld: true), least: least),
        leftOut: interactions.chosen(of: kept, least: least, lowValue: lowValue), depth: depth)
    }
  }

  /// Chooses by recall, one parameter after another: EASE's, then ALS's, then their weights. Nil where nothing was chosen
  /// in the part that is learnt from, or in the one that is held out.
  public static func tuned(_ task: Task) throws -> TunedBlend? {
    let heldOut = task.heldOut(lowValue: 0)
    guard heldOut.train.count > 0, heldOut.test.count > 0 else { return nil }
    var blend = TunedBlend(easeRegularization: nil, als: ImplicitALS.Options(), alsWeight: 1, lowValue: 0)
    blend.als = ImplicitALS.Options(factors: 32, regularization: 10, alpha: 3, workers: task.workers)
    func recall(_ change: (inout ImplicitALS.Options) -> Void) -> Double {
      var options = blend.als
      change(&options)
      let als = ImplicitALS(heldOut.train, options: options)
      let measure = TopNMeasure(heldOut, workers: task.workers) { user, _, scores in
        als.score(user: user, into: &scores)
      }
      return measure?.recall ?? 0
    }
    for _ in 0..<2 {
      blend.als.factors = factors.best { value in recall { $0.factors = value } }
      blend.als.regularization = regularizations.best { value in recall { $0.regularization = value } }
      blend.als.alpha = alphas.best { value in recall { $0.alpha = value } }
    }
    guard task.interactions.items.count <= maxItemsForEASE else { return blend }
    let models = try easeRegularizations.map {
      try EASE(heldOut.train, regularization: $0, workers: task.workers)
    }
    let ease = models.indices.map { $0 }.best { place in
      TopNMeasure(heldOut, model: models[place], workers: task.workers)?.recall ?? 0
    }
    blend.easeRegularization = easeRegularizations[ease]
    let als = ImplicitALS(heldOut.train, options: blend.als)
    blend.alsWeight = alsWeights.best { weight in
      let measure = TopNMeasure(heldOut, workers: task.workers) { user, history, scores in
        var other = scores
        models[ease].score(history, into: &scores)
        als.score(user: user, into: &other)
        let (first, second) = (HybridBlend.normalised(scores), HybridBlend.normalised(other))
        for item in scores.indices { scores[item] = (1 - weight) * first[item] + weight * second[item] }
      }
      return measure?.recall ?? 0
    }
    return blend
  }

  /// The same blend where nothing that was rated is shown again, with the value of a low rating chosen in the same way.
  public func usingLowRatings(_ task: Task) throws -> TunedBlend {
    var blend = self
    // A value that cannot matter stands for "as if it had not been rated", but for not being shown.
    blend.lowValue = try ([Self.leastLowValue] + Self.lowValues).best { value in
      let heldOut = task.heldOut(lowValue: value)
      return TopNMeasure(heldOut, model: try model(heldOut.train), workers: task.workers)?.recall ?? 0
    }
    return blend
  }
}

extension Array {
  /// The element of the greatest worth; the first of equal ones. The list has one.
  fileprivate func best(_ worth: (Element) throws -> Double) rethrows -> Element {
    var best = (element: self[0], worth: try worth(self[0]))
    for element in dropFirst() {
      let worth = try worth(element)
      if worth > best.worth { best = (element, worth) }
    }
    return best.element
  }
}
