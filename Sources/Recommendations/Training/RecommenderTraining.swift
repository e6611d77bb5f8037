public import Catalog
public import Recommending

/// A product as training reads it.
public struct TrainingProduct: Sendable {
  public var id: ProductID
  public var leaf: CategoryID?
  public var text: ProductText

  init(id: ProductID, leaf: CategoryID?, text: ProductText) {
    self.id = id
    self.leaf = leaf
    self.text = text
  }

  public init(_ product: ProductSnapshot) {
    id = product.id
    leaf = product.categories.first?.leaf.id
    text = ProductText(product)
  }
}

/// Learns a recommender from products and deeds, and measures it on days that were held out.
///
/// The days are parted by time, so that nothing is measured by the days that it was chosen by:
///
///     learnt from ──────────────────▶│ validation: model, ramp, weights │ held out: measured, gate
///     all of it, with what was chosen ────────────────────────────────────────────────────────▶ served
public struct RecommenderTraining: Sendable {
  /// Neighbours that a product keeps among baskets.
  static let neighbours = 50
  static let likeProducts = 30
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

  /// Figures on the days since `start`, of models that learnt from the days before and were chosen on days before too.
  public struct Validation: Sendable, Equatable {
    public var startSeconds: Int64
    public var shoppers: Int
    /// Recall@20 and nDCG@20 by model: `hybrid`, `collaborative`, `content`, `popularity`.
    public var recall: [String: Double]
    public var ndcg: [String: Double]
    public var coverage: Double
    public var lift: Double
    var choice: Choice

    var metrics: [String: Double] {
      var metrics = ["held_out_shoppers": Double(shoppers), "coverage": coverage, "popularity_lift": lift]
      for (name, value) in recall { metrics["recall_at_20_\(name)"] = value }
      for (name, value) in ndcg { metrics["ndcg_at_20_\(name)"] = value }
      metrics["fading"] = Double(choice.fading)
      metrics["collaborative_weight"] = Double(choice.blend.collaborativeWeight)
      metrics["popularity_weight"] = Double(choice.blend.popularityWeight)
      metrics["enough_interactions"] = Double(choice.blend.enoughInteractions)
      metrics["enough_choices"] = Double(choice.blend.enoughChoices)
      for (name, value) in choice.recall { metrics["validation_recall_at_20_\(name)"] = value }
      return metrics
    }
  }

  /// What the validation days chose.
  struct Choice: Sendable, Equatable {
    var collaborative = CollaborativeChoice.usual
    var blend = HybridBlend()
    /// How much each product of a history counts of the one that was seen after it.
    var fading = ShopperView.usualFading
    /// The best recall@20 of each kind of model on the validation days; empty where nothing was compared.
    var recall: [String: Double] = [:]
  }

  /// Learns from all deeds. The days since `start` are held out first, and measured by; nil takes the last fifth of the
  /// deeds. `progress` may throw to end the work.
  public func learn(heldOutFrom start: Int64? = nil, progress: (String) throws -> Void = { _ in }) throws -> Outcome {
    try progress("reading the products' texts")
    let content = ContentModel(products.map(\.text))
    let likeness = Self.likeness(content, workers: workers)
    let start = start ?? lastFifth(until: .max)
    let choice = try choose(until: start, likeness: likeness, progress)
    try progress("measuring on held-out days")
    let validation = try measure(choice, from: start, likeness: likeness)
    try progress("learning from all days: \(choice.collaborative)")
    let rows = data.matrix()
    let model = RecommenderModel(
      products: data.products, together: try choice.collaborative.fit(rows, workers: workers),
      baskets: ItemKNN.fit(
        data.baskets(), options: .init(weighting: .bm25, neighbours: Self.neighbours, workers: workers)),
      likeness: likeness, content: content, popularity: data.popularity(), choices: rows.columnCounts(),
      repurchaseSeconds: data.repurchaseSeconds(categories: products.map(\.leaf)), blend: choice.blend,
      fading: choice.fading)
    return Outcome(model: model, validation: validation)
  }

  /// The moment at which the last fifth of the deeds before `end` begins.
  private func lastFifth(until end: Int64) -> Int64 {
    let count = data.count(until: end)
    return count > 0 ? data.rows[count - 1 - count / 5].seconds : .max
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

  /// Days that are held out, and those before.
  struct Split {
    /// Shoppers × products before the held-out days: what models learn from.
    var learnt: SparseRows
    /// Histories as serving remembers them, and the choices on the held-out days. What was chosen before is in no list.
    var heldOut: TopNMeasure.HeldOut
  }

  /// Whose choices from `start` until `end` are measured: shoppers with a history before it, some thousands at most.
  func split(
    from start: Int64, until end: Int64 = .max, fading: Float = ShopperView.usualFading
  ) -> Split? {
    let learnt = data.matrix(until: start)
    let later = data.matrix(from: start, until: end)
    var entries: [SparseRows.Entry] = []
    var shoppers = 0
    for shopper in 0..<later.rowCount where !learnt.range(shopper).isEmpty && shoppers < Self.mostMeasuredShoppers {
      let known = Set(learnt.range(shopper).map { learnt.columns[$0] })
      let new = later.range(shopper).filter { !known.contains(later.columns[$0]) }
      if new.isEmpty { continue }
      shoppers += 1
      entries += new.map { .init(row: Int32(clamping: shopper), column: later.columns[$0], value: 1) }
    }
    guard shoppers >= Self.leastHeldOut else { return nil }
    let test = SparseRows(rowCount: later.rowCount, columnCount: later.columnCount, entries: entries)
    return Split(
      learnt: learnt,
      heldOut: TopNMeasure.HeldOut(
        train: data.remembered(until: start, fading: fading), test: test, leftOut: learnt, depth: Self.depth))
  }

  /// Compares the models on the last fifth of the deeds before `end`, and then learns the blend of the best there. The usual
  /// choice where too few shoppers chose something then.
  private func choose(
    until end: Int64, likeness: ItemWeights, _ progress: (String) throws -> Void
  ) throws -> Choice {
    let start = lastFifth(until: end)
    guard let split = split(from: start, until: end) else { return Choice() }
    var choice = Choice()
    var best: (model: ItemWeights, recall: Double)?
    for tried in CollaborativeChoice.tried(products: data.products.count, choices: split.learnt.count) {
      try progress("comparing \(tried)")
      let model = try tried.fit(split.learnt, workers: workers)
      guard let recall = TopNMeasure(split.heldOut, model: model, workers: workers)?.recall else { continue }
      choice.recall[tried.kind] = max(choice.recall[tried.kind] ?? 0, recall)
      if best.map({ recall > $0.recall }) ?? true {
        best = (model, recall)
        choice.collaborative = tried
      }
    }
    guard let best, data.products.count <= Self.mostItemsForLearnedWeight else { return choice }
    try progress("learning how a history fades and what the parts weigh")
    var (faded, recall) = (split.heldOut, best.recall)
    for fading in Self.fadings {
      var other = faded
      other.train = data.remembered(until: start, fading: fading)
      guard let measured = TopNMeasure(other, model: best.model, workers: workers)?.recall, measured > recall
      else { continue }
      (choice.fading, faded, recall) = (fading, other, measured)
    }
    choice.blend = HybridBlend().learned(
      on: faded, collaborative: best.model, content: likeness,
      popularity: data.popularity(until: start).scores, choices: split.learnt.columnCounts(), workers: workers)
    return choice
  }

  /// Beside the usual one.
  private static let fadings: [Float] = [0.9, 0.94, 0.97, 1]

  /// The figures of a choice that was made on days before `start`.
  private func measure(_ choice: Choice, from start: Int64, likeness: ItemWeights) throws -> Validation? {
    guard let split = split(from: start, fading: choice.fading) else { return nil }
    let together = try choice.collaborative.fit(split.learnt, workers: workers)
    let popularity = data.popularity(until: start)
    let hybrid = HybridScoring(
      together: together, likeness: likeness, popularity: popularity, choices: split.learnt.columnCounts(),
      blend: choice.blend)
    guard let mixed = TopNMeasure(split.heldOut, model: hybrid, workers: workers),
      let collaborative = TopNMeasure(split.heldOut, model: together, workers: workers),
      let alike = TopNMeasure(split.heldOut, model: likeness, workers: workers),
      let popular = TopNMeasure(split.heldOut, model: popularity, workers: workers)
    else { return nil }
    let all = ["hybrid": mixed, "collaborative": collaborative, "content": alike, "popularity": popular]
    return Validation(
      startSeconds: start, shoppers: split.heldOut.users.count, recall: all.mapValues(\.recall),
      ndcg: all.mapValues(\.ndcg), coverage: mixed.bias.coverage, lift: mixed.bias.lift, choice: choice)
  }
}

/// The tables as one model over all products, for measures. As in an answer, the parts are normalised over what is not in
/// the history.
struct HybridScoring: ItemScoring {
  let together: ItemWeights
  let likeness: ItemWeights
  let popularity: Popularity
  let choices: [Int32]
  let blend: HybridBlend

  var itemCount: Int { together.itemCount }

  func score(_ history: History, into scores: inout [Float]) {
    var alike = scores
    var popular = popularity.scores
    together.score(history, into: &scores)
    likeness.score(history, into: &alike)
    for item in history.items {
      scores[Int(item)] = -.infinity
      alike[Int(item)] = -.infinity
      popular[Int(item)] = -.infinity
    }
    let parts = blend.parts(
      HybridBlend.Scores(collaborative: scores, content: alike, popularity: popular, choices: choices),
      interactions: history.items.count)
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
