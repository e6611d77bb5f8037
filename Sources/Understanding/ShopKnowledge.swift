public import Catalog

/// What the catalog's products say of brands, categories and attributes: what a query is recognised by.
public struct ShopKnowledge: Sendable {
  struct Brand: Sendable {
    var name: String
    /// Of the products that have the name's words in title or brand, the share that is of this brand.
    var purity: Double
  }

  struct Category: Sendable {
    var id: CategoryID
    var name: String
    /// Whether the phrase is the whole name, not a part such as `sofas` of `Sofas & Armchairs`.
    var isWhole: Bool
    var isLeaf: Bool
    /// The keys of the names above it: `men` of men's shirts.
    var departments: Set<String>
  }

  /// A value of attributes, under every code that has it.
  struct Value: Sendable {
    var label: String
    var pairs: [Recognition.AttributePair]
    var kind: Recognition.Kind
    var products: Int
  }

  /// What is known of the products that are called by a noun.
  struct Thing: Sendable {
    var typicalPrice: Int64?
    /// Their sizes, as `code=key`; empty where they have none.
    var sizes: Set<String> = []
    /// Where they are filed.
    var categories: Set<CategoryID> = []
  }

  struct NumericAttribute: Sendable {
    var code: String
    var unit: Measure.Unit
  }

  var brands = PhraseTable<Brand>()
  var categories = PhraseTable<Category>()
  var values = PhraseTable<Value>()
  /// Attributes with a unit, by dimension.
  var measured: [Measure.Dimension: [NumericAttribute]] = [:]
  /// Numeric sizes, by code: `shoe_size`.
  var numericSizes: [String] = []
  /// Of the products that have a word in their title, the share that has a colour, and each attribute of sizes.
  var colouredShare: [String: Double] = [:]
  var sizeShares: [String: [String: Double]] = [:]
  /// The categories of the products whose title has two neighbouring words, the first of which is a category's.
  var pairCategories: [String: Set<CategoryID>] = [:]
  /// The words that name a kind of product: those of categories' names.
  var kindKeys: Set<String> = []
  /// The nouns of each category's name, for rules that say which are of things that are bought for other things.
  var categoryNouns: [(id: CategoryID, nouns: [String])] = []
  /// Of a category's products, the share that has an attribute.
  var coverage: [CategoryID: [String: Double]] = [:]
  /// √(mean words of a title / mean words of a summary), 1 at the most: in four times the words one tells half as much.
  /// Rounded to hundredths, since it stands in queries.
  public internal(set) var summaryScale = 1.0
  /// Products that were learnt from.
  var products = 0
  /// In how many titles or brands a word is.
  var titleWords: [String: Int] = [:]
  /// Of the titles that have a word, the share that is called by it: high for `lamp`, low for `kitchen`.
  var headShare: [String: Double] = [:]
  /// By the noun in the singular.
  var things: [String: Thing] = [:]
  /// Minor units of one major unit of the prices' currency: 1 for yen.
  var minorUnits = 100.0
  /// The middle price of a category and, under nil, of all, in minor units.
  var typicalPrice: [CategoryID?: Int64] = [:]

  public init() {}

  /// The share of the products of some categories that have at least one of the attributes.
  func coverage(of codes: [String], in categories: [CategoryID]) -> Double {
    categories.map { id in codes.reduce(0) { max($0, coverage[id]?[$1] ?? 0) } }.min() ?? 0
  }
}

extension ShopKnowledge {
  /// Categories of things that are bought for other things.
  func accessoryCategories(by rules: QueryRules) -> [CategoryID] {
    categoryNouns.filter { $0.nouns.allSatisfy(rules.isAccessory) }.map(\.id)
  }
}

/// Collects a shop's knowledge from its products, one after the other.
public struct ShopKnowledgeBuilder: Sendable {
  private struct CategoryCounts {
    var name: String
    var isLeaf = true
    var departments: Set<String> = []
    var products = 0
    var attributes: [String: Int] = [:]
    var prices = PriceSample(limit: ShopKnowledgeBuilder.maxPrices)
  }

  private struct ThingCounts {
    var prices = PriceSample(limit: ShopKnowledgeBuilder.maxThingPrices)
    var sizes: Set<String> = []
    var categories: [CategoryID: Int] = [:]
  }

  private struct ValueCounts {
    var label: String
    var kind: Recognition.Kind
    /// By the facet's token: `colour=Red`.
    var products: [String: Int] = [:]
  }

  /// Values beyond these are left out; a shop has some thousands.
  private static let maxValues = 200_000
  private static let longestValue = 60
  /// A value that one product has may be a supplier's slip.
  private static let leastProducts = 2
  private static let maxPrices = 10_000
  private static let maxPairs = 500_000
  private static let maxThings = 100_000
  private static let maxThingPrices = 100
  private static let maxThingSizes = 300
  private static let maxThingCategories = 30
  /// Of a thing's products, the share that is filed in a category for it to be the thing's.
  private static let leastFiled = 0.1
  /// Titles of another kind that a word is taken to have: one title alone makes no thing of it.
  private static let unseenTitles = 2.0

  private var categories: [CategoryID: CategoryCounts] = [:]
  private var allPrices = PriceSample(limit: ShopKnowledgeBuilder.maxPrices)
  private var minorUnits: [Int: Int] = [:]
  private var brandProducts: [String: Int] = [:]
  /// Products whose title or brand has these words.
  private var wordProducts: [String: Int] = [:]
  private var products = 0
  private var titleLength = 0
  private var summaryLength = 0
  private var summaries = 0
  private var heads: [String: Int] = [:]
  private var things: [String: ThingCounts] = [:]
  private var wordColoured: [String: Int] = [:]
  private var wordSizes: [String: [String: Int]] = [:]
  private var pairCategories: [String: Set<CategoryID>] = [:]
  private var values: [String: ValueCounts] = [:]
  private var measured: [String: Measure.Unit] = [:]
  private var numericSizes: Set<String> = []

  public init() {}

  public mutating func add(_ product: ProductSnapshot) {
    products += 1
    titleLength += product.title.split(whereSeparator: \.isWhitespace).count
    if !product.summary.isEmpty {
      summaries += 1
      summaryLength += product.summary.split(whereSeparator: \.isWhitespace).count
    }
    if let brand = product.brandName { brandProducts[brand, default: 0] += 1 }
    let head = TitleHeads(product.title).first.map(Folding.singular)
    if let head { heads[head, default: 0] += 1 }
    let options = product.variants.flatMap(\.options)
    countWords(of: product, attributes: product.attributes + options)
    var codes: Set<String> = []
    var seen: Set<String> = []
    for attribute in product.attributes + options {
      codes.insert(attribute.definition.code)
      learn(attribute, seen: &seen)
    }
    let amounts = product.variants.flatMap(\.prices).filter { $0.list == .retail }.map(\.amount)
    if let currency = amounts.first?.currency { minorUnits[currency.minorUnitDigits, default: 0] += 1 }
    let price = amounts.map(\.minorUnits).min()
    if let price { allPrices.add(price) }
    if let head { learn(head, of: product, attributes: product.attributes + options, price: price) }
    for path in product.categories {
      for (depth, step) in path.steps.enumerated() {
        var counts = categories[step.id] ?? CategoryCounts(name: step.name)
        if depth < path.steps.count - 1 { counts.isLeaf = false }
        counts.departments.formUnion(path.steps[..<depth].map { Folding.key(of: $0.name) })
        categories[step.id] = counts
      }
    }
    for step in Set(product.categories.flatMap(\.steps)) {
      guard var counts = categories[step.id] else { continue }
      counts.products += 1
      for code in codes { counts.attributes[code, default: 0] += 1 }
      if let price { counts.prices.add(price) }
      categories[step.id] = counts
    }
  }

  private mutating func learn(
    _ head: String, of product: ProductSnapshot, attributes: [ProductSnapshot.Attribute], price: Int64?
  ) {
    guard things[head] != nil || things.count < Self.maxThings else { return }
    var thing = things[head] ?? ThingCounts()
    if let price { thing.prices.add(price) }
    for attribute in attributes where Self.isSize(attribute.definition.code) {
      for value in attribute.values where thing.sizes.count < Self.maxThingSizes {
        thing.sizes.insert(FacetToken.value(code: attribute.definition.code, Folding.key(of: value.displayText)))
      }
    }
    for leaf in Set(product.categories.map(\.leaf.id))
    where thing.categories[leaf] != nil || thing.categories.count < Self.maxThingCategories {
      thing.categories[leaf, default: 0] += 1
    }
    things[head] = thing
  }

  private mutating func countWords(of product: ProductSnapshot, attributes: [ProductSnapshot.Attribute]) {
    let text = product.title + " " + (product.brandName ?? "")
    let words = Folding.words(of: text).map(Folding.singular)
    let pairs = Set(zip(words, words.dropFirst()).map { $0 + " " + $1 })
    let hasColour = attributes.contains { Self.isColour($0.definition) }
    let sizes = Set(attributes.map(\.definition.code).filter(Self.isSize))
    let categories = product.categories.map(\.leaf.id)
    // A compound is a word too: `tshirt` of a T-Shirt.
    for word in Set(words + TitleHeads.words(of: text).map(Folding.singular)) {
      wordProducts[word, default: 0] += 1
      if hasColour { wordColoured[word, default: 0] += 1 }
      for code in sizes { wordSizes[word, default: [:]][code, default: 0] += 1 }
    }
    for pair in pairs {
      wordProducts[pair, default: 0] += 1
      if pairCategories.count < Self.maxPairs { pairCategories[pair, default: []].formUnion(categories) }
    }
  }

  private static func isColour(_ definition: AttributeDefinition) -> Bool {
    definition.type == .swatch || definition.code.contains("colour") || definition.code.contains("color")
  }

  private static func isSize(_ code: String) -> Bool { code == "size" || code.hasSuffix("_size") }

  private mutating func learn(_ attribute: ProductSnapshot.Attribute, seen: inout Set<String>) {
    let definition = attribute.definition
    let isSize = Self.isSize(definition.code)
    if definition.type == .number {
      if let unit = definition.unit.flatMap(Measure.unit(named:)) { measured[definition.code] = unit }
      if isSize, definition.unit == nil { numericSizes.insert(definition.code) }
      return
    }
    let isColour = Self.isColour(definition)
    guard definition.type == .text || definition.type == .swatch, definition.isFacet || isColour || isSize else {
      return
    }
    let kind: Recognition.Kind = isColour ? .colour : isSize ? .size : .attribute
    for value in attribute.values {
      let text = value.displayText
      guard text.utf8.count <= Self.longestValue else { continue }
      // A list in one value names each of its parts: `Black,Silver`.
      let parts = isColour ? text.split(separator: ",").map(String.init) : [text]
      for part in parts where seen.insert(FacetToken.value(code: definition.code, part)).inserted {
        let key = Folding.key(of: part)
        guard !key.isEmpty, values.count < Self.maxValues || values[key] != nil else { continue }
        // A colour is one wherever it stands.
        var counts = values[key] ?? ValueCounts(label: part, kind: kind)
        if kind == .colour || counts.kind == .attribute { counts.kind = kind }
        counts.products[FacetToken.value(code: definition.code, text), default: 0] += 1
        values[key] = counts
      }
    }
  }

  /// What was learnt.
  public func build() -> ShopKnowledge {
    var knowledge = ShopKnowledge()
    addBrands(to: &knowledge)
    for (key, counts) in values {
      let products = counts.products.values.reduce(0, +)
      guard products >= Self.leastProducts else { continue }
      let pairs = counts.products.keys.sorted().compactMap(FacetToken.parse).map(Recognition.AttributePair.init)
      knowledge.values.add(key: key, .init(label: counts.label, pairs: pairs, kind: counts.kind, products: products))
    }
    for (code, unit) in measured.sorted(by: { $0.key < $1.key }) {
      knowledge.measured[unit.dimension, default: []].append(.init(code: code, unit: unit))
    }
    knowledge.numericSizes = numericSizes.sorted()
    addTitles(to: &knowledge)
    addThings(to: &knowledge)
    addCategories(to: &knowledge)
    if let digits = minorUnits.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key {
      knowledge.minorUnits = (0..<digits).reduce(1) { units, _ in units * 10 }
    }
    knowledge.typicalPrice[nil] = allPrices.middle
    return knowledge
  }

  private func addTitles(to knowledge: inout ShopKnowledge) {
    knowledge.products = products
    if summaryLength > 0, products > 0 {
      let (title, summary) = (Double(titleLength) / Double(products), Double(summaryLength) / Double(summaries))
      knowledge.summaryScale = min(1, ((title / summary).squareRoot() * 100).rounded() / 100)
    }
    for (word, products) in wordProducts where !word.contains(" ") {
      knowledge.titleWords[word] = products
      if let heads = heads[word] {
        knowledge.headShare[word] = Double(heads) / (Double(products) + Self.unseenTitles)
      }
    }
  }

  private func addThings(to knowledge: inout ShopKnowledge) {
    for (head, counts) in things {
      let least = max(1, Double(heads[head] ?? 1) * Self.leastFiled)
      knowledge.things[head] = ShopKnowledge.Thing(
        typicalPrice: counts.prices.middle,
        sizes: counts.sizes.count < Self.maxThingSizes ? counts.sizes : [],
        categories: Set(counts.categories.filter { Double($0.value) >= least }.keys))
    }
  }

  private func addBrands(to knowledge: inout ShopKnowledge) {
    var byFirstWord: [String: [String]] = [:]
    for (name, products) in brandProducts {
      let key = Folding.key(of: name)
      let named = wordProducts[key] ?? products
      knowledge.brands.add(key: key, .init(name: name, purity: Double(products) / Double(max(named, products))))
      let words = key.split(separator: " ")
      if words.count > 1 { byFirstWord[String(words[0]), default: []].append(name) }
    }
    // `Halden` is `Halden Audio` where no other product has the word.
    for (word, names) in byFirstWord where names.count == 1 && knowledge.brands[word].isEmpty {
      let products = brandProducts[names[0]] ?? 0
      if wordProducts[word] == products { knowledge.brands.add(key: word, .init(name: names[0], purity: 1)) }
    }
  }

  private func addCategories(to knowledge: inout ShopKnowledge) {
    for (id, counts) in categories.sorted(by: { $0.key < $1.key }) {
      knowledge.coverage[id] = counts.attributes.mapValues { Double($0) / Double(counts.products) }
      knowledge.typicalPrice[id] = counts.prices.middle
      let phrases = Self.phrases(ofCategory: counts.name)
      for phrase in phrases {
        let category = ShopKnowledge.Category(
          id: id, name: counts.name, isWhole: phrases.count == 1, isLeaf: counts.isLeaf,
          departments: counts.departments)
        knowledge.categories.add(key: phrase, category)
      }
      let heads = phrases.compactMap { $0.split(separator: " ").last.map(String.init) }
      knowledge.kindKeys.formUnion(heads)
      if !heads.isEmpty { knowledge.categoryNouns.append((id, heads)) }
    }
    knowledge.pairCategories = pairCategories.filter { pair, _ in
      !knowledge.categories[String(pair.prefix { $0 != " " })].isEmpty
    }
    for (word, products) in wordProducts where !word.contains(" ") {
      if let coloured = wordColoured[word] { knowledge.colouredShare[word] = Double(coloured) / Double(products) }
      if let sizes = wordSizes[word] { knowledge.sizeShares[word] = sizes.mapValues { Double($0) / Double(products) } }
    }
  }

  /// The phrases that a category's name is made of: `Laptop Bags & Sleeves` is laptop bags, sleeves and laptop sleeves,
  /// `USB and FireWire cables` USB cables and FireWire cables.
  static func phrases(ofCategory name: String) -> [String] {
    let conjunctions: Set<String> = ["&", "and", "or", "+"]
    let pieces = name.split(separator: ",").flatMap { listed in
      listed.split(separator: " ").split { conjunctions.contains($0.lowercased()) }
    }.map { $0.map(Folding.key(of:)) }.filter { !$0.isEmpty }
    guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else {
      return pieces.map { $0.joined(separator: " ") }
    }
    let originals = name.split { " ,".contains($0) }.map(String.init)
    /// A noun in the plural is a thing of its own; another word only tells which.
    func isThing(_ word: String) -> Bool {
      originals.contains { Folding.key(of: $0) == word && Folding.singular($0.lowercased()) != $0.lowercased() }
    }
    return pieces.enumerated().flatMap { index, piece -> [String] in
      let whole = piece.joined(separator: " ")
      guard piece.count == 1 else { return [whole] }
      if index < pieces.count - 1, last.count > 1, !isThing(whole) { return [whole + " " + last[last.count - 1]] }
      return index > 0 && first.count > 1 ? [whole, first.dropLast().joined(separator: " ") + " " + whole] : [whole]
    }
  }
}
