public import Catalog
public import Recommending

/// Everything that training learns, in the form that is served: tables from product to product.
///
/// No shopper is in it: a new shopper is served as a known one, by the products of the history.
public struct RecommenderModel: Sendable {
  public static let kind = "recommender"

  /// By place; the tables speak of places.
  public let products: [ProductID]
  /// From a product to those that the same shoppers chose.
  let together: ItemWeights
  /// From a product to those that were bought on the same day.
  let baskets: ItemWeights
  /// From a product to those that are like it by their own texts.
  let likeness: ItemWeights
  let content: ContentModel
  let popularity: Popularity
  /// Shoppers who chose each product.
  let choices: [Int32]
  /// How long buyers of a category take to buy again.
  let repurchaseSeconds: [CategoryID: Int64]
  let blend: HybridBlend
  /// How much each product of a history counts of the one that was seen after it.
  let fading: Float

  init(
    products: [ProductID], together: ItemWeights, baskets: ItemWeights, likeness: ItemWeights, content: ContentModel,
    popularity: Popularity, choices: [Int32], repurchaseSeconds: [CategoryID: Int64], blend: HybridBlend,
    fading: Float = ShopperView.usualFading
  ) {
    self.products = products
    self.together = together
    self.baskets = baskets
    self.likeness = likeness
    self.content = content
    self.popularity = popularity
    self.choices = choices
    self.repurchaseSeconds = repurchaseSeconds
    self.blend = blend
    self.fading = fading
  }

  /// The bytes that its tables take, roughly.
  var bytes: Int {
    func size(_ rows: SparseRows) -> Int { rows.count * 8 + rows.rowCount * 8 }
    // The content model holds its vectors twice: by product and by term.
    return size(together.rows) + size(baskets.rows) + size(likeness.rows) + 2 * size(content.vectors)
      + products.count * 16
  }

  // MARK: As a file

  public func file(_ provenance: ModelFile.Provenance) -> ModelFile {
    let categories = repurchaseSeconds.sorted { $0.key < $1.key }
    var arrays: [String: ModelFile.Values] = [
      "products": .int64s(products.map(\.rawValue)), "choices": .int32s(choices),
      "cycle.categories": .int64s(categories.map(\.key.rawValue)), "cycle.seconds": .int64s(categories.map(\.value)),
      "blend": .floats([
        blend.collaborativeWeight, Float(blend.enoughInteractions), Float(blend.enoughChoices), blend.popularityWeight,
      ]),
      "fading": .floats([fading]),
    ]
    let parts: [(String, any StoredModel)] = [
      ("together", together), ("baskets", baskets), ("likeness", likeness), ("content", content),
      ("popularity", popularity),
    ]
    for (prefix, part) in parts { arrays.merge(part.arrays(prefix: prefix)) { first, _ in first } }
    return ModelFile(provenance: provenance, arrays: arrays)
  }

  /// Throws `ModelFile.Fault` if the arrays are not those of a recommender, or do not fit together.
  public init(_ file: ModelFile) throws(ModelFile.Fault) {
    guard file.provenance.kind == Self.kind else {
      throw ModelFile.Fault("it is a model of kind \(file.provenance.kind), not \(Self.kind)")
    }
    products = try file.int64s("products").map { ProductID($0) }
    together = try ItemWeights(file, prefix: "together")
    baskets = try ItemWeights(file, prefix: "baskets")
    likeness = try ItemWeights(file, prefix: "likeness")
    content = try ContentModel(file, prefix: "content")
    popularity = try Popularity(file, prefix: "popularity")
    choices = try file.int32s("choices")
    let (categories, seconds) = (try file.int64s("cycle.categories"), try file.int64s("cycle.seconds"))
    let weights = try file.floats("blend")
    // A file of before it was learned has none.
    let fading = file.arrays["fading"] == nil ? ShopperView.usualFading : try file.floats("fading").first ?? -1
    let known = products
    let counts = [
      together.itemCount, baskets.itemCount, likeness.itemCount, content.itemCount, popularity.itemCount, choices.count,
    ]
    guard counts.allSatisfy({ $0 == known.count }), Set(known).count == known.count,
      categories.count == seconds.count, seconds.allSatisfy({ $0 > 0 }), let blend = HybridBlend(stored: weights),
      (0...1).contains(fading)
    else { throw ModelFile.Fault("its arrays are not of the same products") }
    repurchaseSeconds = Dictionary(
      zip(categories.map { CategoryID($0) }, seconds), uniquingKeysWith: { first, _ in first })
    self.blend = blend
    self.fading = fading
  }
}

extension HybridBlend {
  /// A ramp that is longer is none of ours.
  private static let longestRamp: Float = 1e6

  /// The weights as the model's file has them; nil if these are not weights. A file of before the ramp was learned has the
  /// first alone.
  fileprivate init?(stored weights: [Float]) {
    let values = weights.count == 1 ? weights + [10, 20, 0] : weights
    guard values.count == 4, (0...1).contains(values[0]), (0...1).contains(values[3]),
      (1...Self.longestRamp).contains(values[1]), (1...Self.longestRamp).contains(values[2])
    else { return nil }
    self.init(
      collaborativeWeight: values[0], enoughInteractions: Int(saturating: values[1]),
      enoughChoices: Int(saturating: values[2]), popularityWeight: values[3])
  }
}
