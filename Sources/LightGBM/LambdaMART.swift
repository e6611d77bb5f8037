public import Ranking

/// Trains rankings by LambdaMART (Burges 2010), which LightGBM calls `lambdarank`.
///
/// Training blocks and uses `threads` threads of the library: it belongs on a thread of its own, never on one that serves.
public struct LambdaMART: Sendable {
  /// How trees are grown. The defaults are those of LightGBM's own ranking example.
  public struct Options: Sendable, Equatable {
    public var trees = 100
    public var leaves = 31
    public var learningRate = 0.1
    public var leastRowsOfLeaf = 50
    public var leastHessianOfLeaf = 5.0
    public var maxBins = 255
    public var seed: UInt32 = 1
    public var threads = 1
    /// Training stops after so many trees without a better nDCG on the validation data; 0 never stops it.
    public var patience = 0
    /// By feature's name: 1 if a higher value may not lower the score, −1 if it may not raise it.
    public var monotone: [String: Int] = [:]
    /// By feature's name: those whose values are numbers of categories.
    public var categorical: Set<String> = []
    /// How strongly the learned bias of positions is held near 0. Positions are corrected for where examples have them:
    /// the score shown at position p is f(x) + g(p), and only f is served (LightGBM pull request 5929).
    public var positionRegularization = 0.0
    public init() {}
  }

  /// A trained model, as it is stored.
  public struct Model: Sendable {
    /// In LightGBM's format; `TreeEnsemble` reads it.
    public let text: String
    public let treeCount: Int
    /// The gain of all splits, by feature in the order of the examples.
    public let gains: [Double]
    /// After each tree: nDCG@10 on the validation data, if there is any.
    public let validation: [Double]
  }

  private let library: LightGBMLibrary

  public init(library: LightGBMLibrary) { self.library = library }

  /// Learns from `examples`; `weights` are by row, or empty.
  ///
  /// With `validation`, the trees up to its best nDCG@10 are kept if there is patience. Throws `LightGBMError`.
  public func train(
    on examples: RankingExamples, weights: [Double] = [], validation: RankingExamples? = nil,
    options: Options = Options()
  ) throws(LightGBMError) -> Model {
    let grown = try grow(on: examples, weights: weights, validation: validation, options: options)
    return Model(
      text: try grown.booster.text(trees: grown.trees), treeCount: grown.trees,
      gains: try grown.booster.gains(features: examples.featureCount, trees: grown.trees), validation: grown.history)
  }

  /// Trains, and gives `body` the model and a function that scores rows by the library itself: `TreeEnsemble` is proved
  /// and measured against it.
  public func compare<T>(
    on examples: RankingExamples, options: Options = Options(),
    _ body: (_ text: String, _ scores: (_ rows: [Double]) throws(LightGBMError) -> [Double]) throws -> T
  ) throws -> T {
    let grown = try grow(on: examples, weights: [], validation: nil, options: options)
    return try body(try grown.booster.text(trees: grown.trees)) { rows throws(LightGBMError) in
      try grown.booster.scores(
        of: rows, features: examples.featureCount, trees: grown.trees, threads: options.threads)
    }
  }

  /// A booster with all its trees: nDCG@10 after each, and how many are kept.
  private struct Grown {
    var booster: LightGBMBooster
    var history: [Double] = []
    var trees: Int
  }

  private func grow(
    on examples: RankingExamples, weights: [Double], validation: RankingExamples?, options: Options
  ) throws(LightGBMError) -> Grown {
    guard weights.isEmpty || weights.count == examples.rowCount else {
      throw LightGBMError("\(weights.count) weights for \(examples.rowCount) rows")
    }
    if let validation, validation.featureCount != examples.featureCount {
      throw LightGBMError(
        "the validation data has \(validation.featureCount) features, the training data \(examples.featureCount)")
    }
    let parameters = try options.text(for: examples)
    let dataset = try LightGBMDataset.of(examples, weights: weights, parameters: parameters, library: library)
    let booster = try LightGBMBooster.on(dataset, parameters: parameters)
    if let validation {
      try booster.addValidation(
        try LightGBMDataset.of(validation, reference: dataset.handle, parameters: parameters, library: library))
    }
    let stopsEarly = validation != nil && options.patience > 0
    var grown = Grown(booster: booster, trees: options.trees)
    var best = (trees: 1, value: -Double.infinity)
    for tree in 1...options.trees {
      if try booster.update() {
        // No leaf could be split: the tree adds nothing.
        grown.trees = max(1, tree - 1)
        break
      }
      guard validation != nil else { continue }
      let value = try booster.validationFigures().last ?? 0
      grown.history.append(value)
      if value > best.value { best = (tree, value) }
      if stopsEarly, tree - best.trees >= options.patience { break }
    }
    if stopsEarly { grown.trees = best.trees }
    return grown
  }
}

extension LambdaMART.Options {
  /// LightGBM's parameters. Numbers are checked, because the library aborts or hangs on some.
  func text(for examples: RankingExamples) throws(LightGBMError) -> String {
    func expect(_ isValid: Bool, _ reason: String) throws(LightGBMError) {
      guard isValid else { throw LightGBMError(reason) }
    }
    try expect((1...10_000).contains(trees), "\(trees) trees; 1 to 10,000 are possible")
    try expect((2...4_096).contains(leaves), "\(leaves) leaves a tree; 2 to 4,096 are possible")
    try expect(learningRate > 0 && learningRate <= 1, "a learning rate of \(learningRate) is not in 0…1")
    try expect(leastRowsOfLeaf >= 1, "a leaf needs a row, not \(leastRowsOfLeaf)")
    try expect(leastHessianOfLeaf >= 0 && leastHessianOfLeaf.isFinite, "a least hessian of \(leastHessianOfLeaf)")
    try expect((2...65_535).contains(maxBins), "\(maxBins) bins; 2 to 65,535 are possible")
    try expect((1...256).contains(threads), "\(threads) threads; 1 to 256 are possible")
    try expect(patience >= 0, "a patience of \(patience) trees")
    try expect(positionRegularization >= 0 && positionRegularization.isFinite, "a regularisation below 0")
    for name in Array(monotone.keys) + Array(categorical) {
      try expect(examples.featureNames.contains(name), "the examples have no feature \(name)")
    }
    // LightGBM has a gain for each grade, as many as are named.
    let gains = (0...Int(saturating: RankingExamples.highestRating)).map { String((1 << $0) - 1) }.joined(
      separator: ",")
    var parameters = [
      "objective=lambdarank", "metric=ndcg", "eval_at=10", "label_gain=\(gains)", "learning_rate=\(learningRate)",
      "num_leaves=\(leaves)", "min_data_in_leaf=\(leastRowsOfLeaf)", "min_sum_hessian_in_leaf=\(leastHessianOfLeaf)",
      "max_bin=\(maxBins)", "num_threads=\(threads)", "seed=\(seed)", "deterministic=true", "force_col_wise=true",
      "verbosity=-1", "lambdarank_position_bias_regularization=\(positionRegularization)",
    ]
    let constraints = examples.featureNames.map { monotone[$0]?.signum() ?? 0 }
    if constraints.contains(where: { $0 != 0 }) {
      parameters.append("monotone_constraints=" + constraints.map(String.init).joined(separator: ","))
    }
    let places = examples.featureNames.indices.filter { categorical.contains(examples.featureNames[$0]) }
    if !places.isEmpty { parameters.append("categorical_feature=" + places.map(String.init).joined(separator: ",")) }
    return parameters.joined(separator: " ")
  }
}
