public import Catalog
public import Recommending

/// A product as training reads it.
public struct TrainingProduct: Sendable {
  public var id: ProductID
  public var leaf: CategoryID?
  public var text: ProductText

  public init(_ product: ProductSnapshot) {
    id = product.id
    leaf = product.categories.first?.leaf.id
    text = ProductText(product)
  }
}

/// Learns a recommender from products and deeds, and measures it on days that were held out.
public struct RecommenderTraining: Sendable {
  /// Neighbours that a product keeps in each table.
  static let neighbours = 50
  static let likeProducts = 30
  /// EASE is best where it is affordable: the inverse of 3,000² takes a second or two.
  static let mostItemsForEASE = 3_000
  /// A model whose lists are measured on more shoppers says the same.
  static let mostMeasuredShoppers = 2_000
  static let mostItemsForLearnedWeight = 20_000
  /// Fewer shoppers with a held-out choice say nothing.
  static let leastHeldOut = 50
  static let depth = 20

  let products: [TrainingProduct]
  let data: TrainingData
  let workers: Int

  /// `products` in the order of `data.products`.
  public init(products: [TrainingProduct], data: TrainingData, workers: Int = availableProcessors) {
    precondition(products.map(\.id) == data.products, "the data is of other products")
    self.products = products
    self.data = data
    self.workers = workers
  }

  public struct Outcome: Sendable {
    public var model: RecommenderModel
    /// nil where too few shoppers chose something on the held-out days.
    public var validation: Validation?
  }

  /// Figures on the days since `start`, of models that learnt from the days before.
  public struct Validation: Sendable, Equatable {
    public var startSeconds: Int64
    public var shoppers: Int
    /// Recall@20 and nDCG@20 by model: `hybrid`, `collaborative`, `content`, `popularity`.
    public var recall: [String: Double]
    public var ndcg: [String: Double]
    public var coverage: Double
    public var lift: Double

    var metrics: [String: Double] {
      var metrics = ["held_out_shoppers": Double(shoppers), "coverage": coverage, "popularity_lift": lift]
      for (name, value) in recall { metrics["recall_at_20_\(name)"] = value }
      for (name, value) in ndcg { metrics["ndcg_at_20_\(name)"] = value }
      return metrics
    }
  }

  enum Collaborative: Equatable {
    case ease(regularization: Double)
    case itemKNN

    static let tried: [Collaborative] = [
      .ease(regularization: 50), .ease(regularization: 200), .ease(regularization: 800), .itemKNN,
    ]

    func fit(_ rows: SparseRows, workers: Int) throws -> ItemWeights {
      switch self {
      case .ease(let regularization):
        return try EASE(rows.binary(), regularization: regularization, workers: workers)
          .shortened(to: RecommenderTraining.neighbours * 2)
      case .itemKNN:
        return ItemKNN.fit(
          rows, options: .init(weighting: .bm25, neighbours: RecommenderTraining.neighbours, workers: workers))
      }
    }
  }

  /// The parts that all deeds, or those before a moment, give.
  struct Parts: Sendable {
    var together: ItemWeights
    var likeness: ItemWeights
    var choices: [Int32]
  }

  /// Learns from all deeds. The days since `start` are held out first, and the model's parameters chosen on them; nil takes
  /// the last fifth of the deeds. `progress` may throw to end the work.
  public func learn(heldOutFrom start: Int64? = nil, progress: (String) throws -> Void = { _ in }) throws -> Outcome {
    try progress("reading the products' texts")
    let content = ContentModel(products.map(\.text))
    let likeness = Self.likeness(content, workers: workers)
    try progress("measuring on held-out days")
    let (validation, choice, blend) = try validate(from: start ?? defaultStart, likeness: likeness, progress)
    try progress("learning from all days")
    let rows = data.matrix()
    let model = RecommenderModel(
      products: data.products, together: try choice.fit(rows, workers: workers),
      baskets: ItemKNN.fit(
        data.baskets(), options: .init(weighting: .bm25, neighbours: Self.neighbours, workers: workers)),
      likeness: likeness, content: content, popularity: data.popularity(), choices: rows.columnCounts(),
      repurchaseSeconds: data.repurchaseSeconds(categories: products.map(\.leaf)), blend: blend)
    return Outcome(model: model, validation: validation)
  }

  private var defaultStart: Int64 {
    guard !data.rows.isEmpty else { return .max }
    return data.rows[data.rows.count - 1 - data.rows.count / 5].seconds
  }

  /// Products like each by their texts. A feature of more than a tenth of a large catalog tells little and costs much.
  static func likeness(_ content: ContentModel, workers: Int) -> ItemWeights {
    let byTerm = content.vectors.transposed()
    let most = max(1_000, content.itemCount / 10)
    var entries: [SparseRows.Entry] = []
    for term in 0..<byTerm.rowCount where byTerm.range(term).count <= most {
      for place in byTerm.range(term) {
        entries.append(
          SparseRows.Entry(row: Int32(clamping: term), column: byTerm.columns[place], value: byTerm.values[place]))
      }
    }
    let rows = SparseRows(rowCount: byTerm.rowCount, columnCount: byTerm.columnCount, entries: entries)
    return ItemKNN.fit(rows, options: .init(weighting: .cosine, neighbours: likeProducts, workers: workers))
  }

  // MARK: Held-out days

  /// Whose choices since `start` are measured: shoppers with a history before it, some thousands at most.
  func heldOut(from start: Int64) -> TopNMeasure.HeldOut? {
    let train = data.matrix(until: start)
    let later = data.matrix(from: start)
    var entries: [SparseRows.Entry] = []
    var shoppers = 0
    for shopper in 0..<later.rowCount where !train.range(shopper).isEmpty && shoppers < Self.mostMeasuredShoppers {
      let known = Set(train.range(shopper).map { train.columns[$0] })
      let new = later.range(shopper).filter { !known.contains(later.columns[$0]) }
      if new.isEmpty { continue }
      shoppers += 1
      entries += new.map { .init(row: Int32(clamping: shopper), column: later.columns[$0], value: 1) }
    }
    guard shoppers >= Self.leastHeldOut else { return nil }
    let test = SparseRows(rowCount: later.rowCount, columnCount: later.columnCount, entries: entries)
    return TopNMeasure.HeldOut(train: train, test: test, depth: Self.depth)
  }

  private func validate(
    from start: Int64, likeness: ItemWeights, _ progress: (String) throws -> Void
  ) throws -> (Validation?, Collaborative, HybridBlend) {
    let usual = data.products.count <= Self.mostItemsForEASE && data.count > 0
    guard let heldOut = heldOut(from: start) else { return (nil, .itemKNN, HybridBlend()) }
    var best: (choice: Collaborative, model: ItemWeights, measure: TopNMeasure)?
    for choice in usual ? Collaborative.tried : [.itemKNN] {
      try progress("measuring \(choice)")
      let model = try choice.fit(heldOut.train, workers: workers)
      guard let measure = TopNMeasure(heldOut, model: model, workers: workers) else { continue }
      if best.map({ measure.recall > $0.measure.recall }) ?? true { best = (choice, model, measure) }
    }
    guard let best, let alike = TopNMeasure(heldOut, model: likeness, workers: workers),
      let popular = TopNMeasure(heldOut, model: data.popularity(until: start), workers: workers)
    else { return (nil, .itemKNN, HybridBlend()) }
    var blend = HybridBlend()
    if data.products.count <= Self.mostItemsForLearnedWeight {
      try progress("learning the weights of the parts")
      blend = blend.learned(on: heldOut, collaborative: best.model, content: likeness, workers: workers)
    }
    let hybrid = HybridScoring(
      together: best.model, likeness: likeness, choices: heldOut.train.columnCounts(), blend: blend)
    guard let mixed = TopNMeasure(heldOut, model: hybrid, workers: workers) else { return (nil, best.choice, blend) }
    let all = ["hybrid": mixed, "collaborative": best.measure, "content": alike, "popularity": popular]
    let validation = Validation(
      startSeconds: start, shoppers: heldOut.users.count, recall: all.mapValues(\.recall), ndcg: all.mapValues(\.ndcg),
      coverage: mixed.bias.coverage, lift: mixed.bias.lift)
    return (validation, best.choice, blend)
  }
}

/// The two tables as one model over all products, for measures.
struct HybridScoring: ItemScoring {
  let together: ItemWeights
  let likeness: ItemWeights
  let choices: [Int32]
  let blend: HybridBlend

  var itemCount: Int { together.itemCount }

  func score(_ history: History, into scores: inout [Float]) {
    var alike = scores
    together.score(history, into: &scores)
    likeness.score(history, into: &alike)
    let parts = blend.parts(
      of: scores.indices.map { Int32(clamping: $0) }, collaborative: scores, content: alike,
      interactions: history.items.count, choices: choices)
    for (item, part) in parts.enumerated() { scores[item] = part.score }
  }
}

extension SparseRows {
  /// The number of entries of each column.
  func columnCounts() -> [Int32] {
    var counts = [Int32](repeating: 0, count: columnCount)
    for column in columns { counts[Int(column)] += 1 }
    return counts
  }

  /// The same entries, each 1.
  func binary() -> SparseRows {
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for row in 0..<rowCount {
      for place in range(row) { entries.append(Entry(row: Int32(clamping: row), column: columns[place], value: 1)) }
    }
    return SparseRows(rowCount: rowCount, columnCount: columnCount, entries: entries)
  }
}
