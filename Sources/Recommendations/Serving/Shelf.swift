import Catalog
import Ranking
import Recommending

/// Everything that an answer reads, as one value: the products as they are now, the model, and lists made of both.
///
/// A product keeps its place for as long as the process runs, so that a new model or a new product moves nothing else.
struct Shelf: Sendable {
  struct Neighbour: Sendable, Equatable {
    var place: Int32
    var weight: Float
  }

  /// The number of the model in the ledger; nil: nothing was trained yet, and products are known by their texts alone.
  var modelNumber: Int64?
  var model: RecommenderModel
  /// By place.
  var facts: [ProductFacts] = []
  var places: [ProductID: Int32] = [:]
  var categoryNames: [CategoryID: String] = [:]
  /// From a place to the model's and back; -1: the other side does not have the product.
  var toModel: [Int32] = []
  var fromModel: [Int32] = []
  /// The model's content with products added that came since; and each place's row in it, or -1.
  var content: ContentModel
  var contentRow: [Int32] = []
  /// Likeness that is not in the model: of products that came since, in both directions.
  var newLikeness: [Int32: [Neighbour]] = [:]
  var lists = ShelfLists()
  /// Shoppers' deeds with the products, as counted last.
  var conduct: [ProductID: ProductConduct] = [:]
  var averages = ShopAverages()
  private let known: Set<ProductID>

  init(model: RecommenderModel, number: Int64?) {
    self.model = model
    modelNumber = number
    content = model.content
    fromModel = .init(repeating: -1, count: model.products.count)
    known = Set(model.products)
  }

  /// Whether the model has the product.
  func knows(_ product: ProductID) -> Bool { known.contains(product) }

  func place(of product: ProductID) -> Int32? { places[product] }

  subscript(place: Int32) -> ProductFacts { facts[Int(place)] }

  /// Adds a product, or replaces its facts.
  mutating func put(_ new: ProductFacts) {
    if let place = places[new.id] {
      facts[Int(place)] = new
      return
    }
    let place = Int32(clamping: facts.count)
    places[new.id] = place
    facts.append(new)
    toModel.append(-1)
    contentRow.append(-1)
  }

  /// Binds the places of the products to those of the model. Called when either side is new.
  mutating func bind() {
    toModel = .init(repeating: -1, count: facts.count)
    contentRow = .init(repeating: -1, count: facts.count)
    fromModel = .init(repeating: -1, count: model.products.count)
    for (row, product) in model.products.enumerated() {
      guard let place = places[product] else { continue }
      fromModel[row] = place
      toModel[Int(place)] = Int32(clamping: row)
      contentRow[Int(place)] = Int32(clamping: row)
    }
  }

  /// Binds products that came since: the model may know them from before they were hidden.
  mutating func rebindNew() {
    for (row, product) in model.products.enumerated() where fromModel[row] < 0 {
      guard let place = places[product] else { continue }
      fromModel[row] = place
      toModel[Int(place)] = Int32(clamping: row)
      contentRow[Int(place)] = Int32(clamping: row)
    }
  }

  /// The products of a table beside one product.
  func neighbours(
    _ place: Int32, in table: KeyPath<RecommenderModel, ItemWeights>, _ body: (_ place: Int32, _ weight: Float) -> Void
  ) {
    let row = toModel[Int(place)]
    guard row >= 0 else { return }
    let rows = model[keyPath: table].rows
    for entry in rows.range(Int(row)) {
      let target = fromModel[Int(rows.columns[entry])]
      if target >= 0 { body(target, rows.values[entry]) }
    }
  }

  /// The products like one product by their texts, those that came since the training among them.
  func alike(_ place: Int32, _ body: (_ place: Int32, _ weight: Float) -> Void) {
    neighbours(place, in: \.likeness, body)
    for neighbour in newLikeness[place] ?? [] { body(neighbour.place, neighbour.weight) }
  }

  func similarity(_ first: Int32, _ second: Int32) -> Float {
    let (left, right) = (contentRow[Int(first)], contentRow[Int(second)])
    return left >= 0 && right >= 0 ? content.similarity(left, right) : 0
  }

  /// Whether two products stand in one department; what has none stands in every one.
  func isOfOneDepartment(_ first: Int32, _ second: Int32) -> Bool {
    guard let left = self[first].categories.first, let right = self[second].categories.first else { return true }
    return left == right
  }

  func choices(_ place: Int32) -> Int32 {
    let row = toModel[Int(place)]
    return row >= 0 ? model.choices[Int(row)] : 0
  }

  /// Reverse neighbours that a product gets from new ones.
  private static let maxNewNeighbours = 12

  /// Gives products that the model does not know their neighbours, and the neighbours them.
  mutating func add(_ texts: [(place: Int32, text: ProductText)]) {
    guard !texts.isEmpty else { return }
    let first = content.itemCount
    content = content.adding(texts.map(\.text))
    var byRow = [Int32](repeating: -1, count: content.itemCount)
    for (offset, entry) in texts.enumerated() { contentRow[Int(entry.place)] = Int32(clamping: first + offset) }
    for (place, row) in contentRow.enumerated() where row >= 0 { byRow[Int(row)] = Int32(clamping: place) }
    var scores = [Float](repeating: 0, count: content.itemCount)
    for (offset, entry) in texts.enumerated() {
      let row = Int32(clamping: first + offset)
      content.score(History(items: [row], values: [1]), into: &scores)
      scores[Int(row)] = 0
      let best = Ranked.best(RecommenderTraining.likeProducts, of: scores).filter { scores[Int($0)] > 0 }
      var own: [Neighbour] = []
      for other in best {
        let place = byRow[Int(other)]
        guard place >= 0 else { continue }
        own.append(Neighbour(place: place, weight: scores[Int(other)]))
        link(from: place, to: entry.place, scores[Int(other)])
      }
      newLikeness[entry.place] = own
    }
  }

  private mutating func link(from place: Int32, to new: Int32, _ weight: Float) {
    var list = newLikeness[place] ?? []
    if let known = list.firstIndex(where: { $0.place == new }) {
      list[known].weight = weight
    } else {
      list.append(Neighbour(place: new, weight: weight))
    }
    list.sort { ($1.weight, $0.place) < ($0.weight, $1.place) }
    // A new product's own list is longer than the places that a known one gives to new ones.
    let isNew = toModel[Int(place)] < 0
    newLikeness[place] = Array(list.prefix(isNew ? RecommenderTraining.likeProducts : Self.maxNewNeighbours))
  }

  /// The memory that it takes, roughly: the tables, and the facts with their texts.
  var bytes: Int {
    let own = facts.count * (MemoryLayout<ProductFacts>.stride + 96)
    let extra = newLikeness.values.reduce(0) { $0 + $1.count * MemoryLayout<Neighbour>.stride + 32 }
    return model.bytes + own + extra + lists.bytes
  }
}

/// Lists of products that serve many shoppers: the most popular, the rising and the newest ones, and those of a category.
struct ShelfLists: Sendable {
  /// More than a row shows after all that is left out.
  static let length = 200

  private(set) var popular: [Int32] = []
  private(set) var newest: [Int32] = []
  private(set) var popularByCategory: [CategoryID: [Int32]] = [:]
  private(set) var newestByCategory: [CategoryID: [Int32]] = [:]
  /// 0…1 by place: the part of the greatest popularity.
  private(set) var popularity: [Float] = []
  private(set) var trending: [Int32] = []
  /// By place: the share of its category's products that cost less; NaN without a price.
  private(set) var pricePlace: [Double] = []
  /// 0…1 for what rises now.
  private(set) var trend: [Int32: Float] = [:]

  init() {}

  init(_ shelf: Shelf, trending weights: [(place: Int32, weight: Double)]) {
    var raw = shelf.facts.indices.map { place -> Float in
      let row = shelf.toModel[place]
      return row >= 0 ? max(0, shelf.model.popularity.scores[Int(row)]) : 0
    }
    // Without a history the catalog's own figure stands in.
    if raw.allSatisfy({ $0 == 0 }) { raw = shelf.facts.map { Float(max(0, $0.popularity)) } }
    let most = raw.max() ?? 0
    popularity = most > 0 ? raw.map { $0 / most } : raw
    let places = shelf.facts.indices.filter { shelf.facts[$0].isSearchable && shelf.facts[$0].stock > 0 }
      .map { Int32(clamping: $0) }
    let values = popularity
    let byPopularity = places.sorted { (values[Int($1)], $0) < (values[Int($0)], $1) }
    let byAge = places.sorted {
      (shelf[$1].listedAt, $1) < (shelf[$0].listedAt, $0)
    }
    popular = Array(byPopularity.prefix(Self.length))
    newest = Array(byAge.prefix(Self.length))
    popularByCategory = Self.byCategory(byPopularity, shelf)
    pricePlace = Self.pricePlaces(shelf)
    newestByCategory = Self.byCategory(byAge, shelf)
    let top = weights.map(\.weight).max() ?? 0
    trend =
      top > 0
      ? Dictionary(weights.map { ($0.place, Float($0.weight / top)) }, uniquingKeysWith: max) : [:]
    self.trending = weights.filter { $0.weight > 0 }.map(\.place)
    if self.trending.isEmpty { self.trending = popular }
  }

  private static func pricePlaces(_ shelf: Shelf) -> [Double] {
    var places = [Double](repeating: .nan, count: shelf.facts.count)
    let priced = shelf.facts.indices.filter { shelf.facts[$0].isSearchable && shelf.facts[$0].priceMinorUnits != nil }
    for (_, group) in Dictionary(grouping: priced, by: { shelf.facts[$0].leaf }) {
      let sorted = group.sorted { (shelf.facts[$0].priceMinorUnits ?? 0) < (shelf.facts[$1].priceMinorUnits ?? 0) }
      var first = 0
      for (index, place) in sorted.enumerated() {
        if shelf.facts[place].priceMinorUnits != shelf.facts[sorted[first]].priceMinorUnits { first = index }
        places[place] = Double(first) / Double(max(1, sorted.count - 1))
      }
    }
    return places
  }

  private static func byCategory(_ places: [Int32], _ shelf: Shelf) -> [CategoryID: [Int32]] {
    var lists: [CategoryID: [Int32]] = [:]
    for place in places {
      for category in shelf[place].categories where lists[category, default: []].count < length {
        lists[category, default: []].append(place)
      }
    }
    return lists
  }

  var bytes: Int {
    let lists =
      popularByCategory.values.reduce(0) { $0 + $1.count } + newestByCategory.values.reduce(0) { $0 + $1.count }
    return 4 * (lists + popular.count + newest.count + popularity.count) + 8 * pricePlace.count
  }
}
