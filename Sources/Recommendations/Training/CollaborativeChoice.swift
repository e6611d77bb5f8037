import Recommending

/// A collaborative model that may be served, with its parameters. Each gives weights from product to product, so that a
/// shopper who was not learnt is served as one who was, and an answer touches the rows of the history alone.
indirect enum CollaborativeChoice: Equatable, Sendable, CustomStringConvertible {
  case ease(regularization: Double)
  case itemKNN(InteractionWeighting, neighbours: Int)
  /// Implicit ALS, as the products of its factors.
  case als(factors: Int, regularization: Float, alpha: Float)
  /// A truncated singular value decomposition.
  case svd(factors: Int)
  /// Two of them, whose mistakes differ, as one table; the second's share.
  case mixed(CollaborativeChoice, CollaborativeChoice, share: Float)

  static let usual = CollaborativeChoice.itemKNN(.bm25, neighbours: 50)

  /// EASE and SVD need the time of products cubed: a second or two at so many.
  static let maxProductsCubed = 3_000
  /// ALS as a table needs the time of products squared, and its learning that of the deeds.
  static let maxProductsSquared = 20_000
  static let maxChoicesForALS = 5_000_000

  private static let neighbourhoods: [CollaborativeChoice] = [
    .itemKNN(.bm25, neighbours: 50), .itemKNN(.bm25, neighbours: 20), .itemKNN(.tfidf, neighbours: 50),
    .itemKNN(.cosine, neighbours: 50),
  ]
  private static let factorizations: [CollaborativeChoice] = [16, 32, 64].flatMap { factors in
    [10, 20].map { .als(factors: factors, regularization: $0, alpha: 3) }
  }
  private static let cubed: [CollaborativeChoice] =
    [20, 50, 200, 500, 1_000].map { .ease(regularization: $0) } + [8, 24, 64].map { .svd(factors: $0) }

  /// The models to compare, for so many products and choices.
  static func tried(products: Int, choices: Int) -> [CollaborativeChoice] {
    var tried = neighbourhoods
    if products <= maxProductsSquared, choices <= maxChoicesForALS { tried += factorizations }
    if products <= maxProductsCubed { tried += cubed }
    return tried
  }

  private static let shares: [Float] = [0.3, 0.5, 0.7]

  /// This model mixed with another of its own kind's rivals.
  func mixtures(with other: CollaborativeChoice) -> [CollaborativeChoice] {
    Self.shares.map { .mixed(self, other, share: $0) }
  }

  /// The models that it is made of.
  var parts: [CollaborativeChoice] {
    if case .mixed(let first, let second, _) = self { first.parts + second.parts } else { [self] }
  }

  /// Neighbours that a product keeps in a table of products and factors, whose weights are many and small.
  private static let keptWeights = 100

  func fit(_ rows: SparseRows, workers: Int) throws -> ItemWeights {
    switch self {
    case .ease(let regularization):
      return try EASE(rows.binary(), regularization: regularization, workers: workers)
        .shortened(to: Self.keptWeights)
    case .itemKNN(let weighting, let neighbours):
      return ItemKNN.fit(rows, options: .init(weighting: weighting, neighbours: neighbours, workers: workers))
    case .als(let factors, let regularization, let alpha):
      let options = ImplicitALS.Options(
        factors: factors, regularization: regularization, alpha: alpha, workers: workers)
      return ImplicitALS(rows.binary(), options: options).itemWeights(keeping: Self.keptWeights)
    case .svd(let factors):
      return try PureSVD.fit(rows.binary(), factors: factors, keeping: Self.keptWeights)
    case .mixed(let first, let second, let share):
      return try Self.mixed(
        first.fit(rows, workers: workers), try second.fit(rows, workers: workers), share: share)
    }
  }

  static func mixed(_ first: ItemWeights, _ second: ItemWeights, share: Float) -> ItemWeights {
    first.mixed(with: second, share: share, keeping: keptWeights)
  }

  /// The kind of model, without its parameters: `ease`, `item_knn`, `als` or `svd`.
  var kind: String {
    switch self {
    case .ease: "ease"
    case .itemKNN: "item_knn"
    case .als: "als"
    case .svd: "svd"
    case .mixed(let first, let second, _): "\(first.kind)+\(second.kind)"
    }
  }

  /// With its parameters: `EASE, λ 200`.
  var description: String {
    switch self {
    case .ease(let regularization): "EASE, λ \(Int(saturating: regularization))"
    case .itemKNN(let weighting, let neighbours): "item kNN, \(weighting.name), \(neighbours) neighbours"
    case .als(let factors, let regularization, let alpha):
      "ALS, \(factors) factors, λ \(Int(saturating: Double(regularization))), α \(Int(saturating: Double(alpha)))"
    case .svd(let factors): "SVD, \(factors) factors"
    case .mixed(let first, let second, let share):
      "\(first), with a share of .\(Int(saturating: (Double(share) * 10).rounded())) of \(second)"
    }
  }
}

extension InteractionWeighting {
  fileprivate var name: String {
    switch self {
    case .cosine: "cosine"
    case .tfidf: "TF-IDF"
    case .bm25: "BM25"
    }
  }
}
