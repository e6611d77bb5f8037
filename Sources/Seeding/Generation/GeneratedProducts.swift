public import Catalog

/// The generated catalog, one record at a time, in constant memory: a shop can import it without a file in between.
///
///     for record in Seeding.products(try GenerationOptions(products: 1_000_000, seed: 7)) { … }
public struct GeneratedProducts: Sequence, IteratorProtocol, Sendable {
  private let maker: ProductMaker
  private var nextProduct = 0

  init(_ options: GenerationOptions) { maker = ProductMaker(GeneratedWorld(options)) }

  /// The next product's record; nil after the last.
  public mutating func next() -> ProductRecord? {
    guard nextProduct < maker.world.options.products else { return nil }
    defer { nextProduct += 1 }
    return maker.record(nextProduct)
  }
}

extension Seeding {
  /// The catalog for these options, with the prices of the last day.
  public static func products(_ options: GenerationOptions) -> GeneratedProducts { GeneratedProducts(options) }
}

/// Makes a product's record from its number.
struct ProductMaker: Sendable {
  let world: GeneratedWorld
  let calendar: PriceCalendar

  static let warehouses = ["LUTON", "LEEDS", "GLASGOW"]
  static let sizes = ["S", "M", "L", "XL"]
  static let shoeSizes: [Double] = [5, 6, 7, 8]
  static let storages: [Double] = [256, 512]
  /// Surcharge of the larger storage, as a share of the price.
  private static let storageSurcharge = 0.12
  static let tradePercent: Int64 = 86

  init(_ world: GeneratedWorld) {
    self.world = world
    calendar = PriceCalendar(options: world.options)
  }

  /// The properties of a product that a sale needs, without its texts.
  struct Shape: Sendable {
    var style: Int
    var colours: [Int]
    var axisCount: Int
    var brand: Int
    var isForCompanies: Bool
    var isForShops: Bool

    var variantCount: Int { colours.count * axisCount }
  }

  static func code(ofProduct product: Int) -> String {
    let digits = String(product + 1)
    return "G" + String(repeating: "0", count: 7 - digits.count) + digits
  }

  func shape(_ product: Int) -> Shape {
    shape(product, using: RandomStream(seed: world.options.seed, .product, product)).0
  }

  private func shape(_ product: Int, using start: RandomStream) -> (Shape, RandomStream) {
    var stream = start
    let kind = world.kinds[world.kind(of: product)]
    let axisCount =
      switch kind.axis {
      case .sizes: Self.sizes.count
      case .shoes: Self.shoeSizes.count
      case .storage: Self.storages.count
      case .none: 1
      }
    var colours: [Int] = []
    let wanted = 1 + stream.below(axisCount == 4 ? 2 : 3)
    while colours.count < wanted {
      let colour = stream.below(ProductKind.colours.count)
      if !colours.contains(colour) { colours.append(colour) }
    }
    let isElectronics = kind.path[0] == "Electronics"
    let onlyCompanies = stream.chance(isElectronics ? 0.04 : 0.02)
    let shape = Shape(
      style: stream.below(kind.styles.count), colours: colours, axisCount: axisCount,
      brand: stream.powerLawRank(count: GeneratedNames.brandCount, exponent: 0.7),
      isForCompanies: onlyCompanies || stream.chance(isElectronics ? 0.7 : 0.35), isForShops: !onlyCompanies)
    return (shape, stream)
  }

  func sku(_ product: Int, _ shape: Shape, variant: Int) -> String {
    let colour = ProductKind.colours[shape.colours[variant / shape.axisCount]].name.uppercased()
    let base = Self.code(ofProduct: product) + "-" + colour
    switch world.kinds[world.kind(of: product)].axis {
    case .sizes: return base + "-" + Self.sizes[variant % shape.axisCount]
    case .shoes: return base + "-" + Self.shoeSizes[variant % shape.axisCount].shortText
    case .storage: return base + "-" + Self.storages[variant % shape.axisCount].shortText
    case .none: return base
    }
  }

  /// A variant's price, if the product's price is `pence`.
  func amount(_ pence: Int64, kind: Int, variant: Int, axisCount: Int) -> Int64 {
    guard world.kinds[kind].axis == .storage, variant % axisCount == 1 else { return pence }
    return pence + Int64(saturating: (Double(pence) * Self.storageSurcharge / 100).rounded()) * 100
  }

  /// The warehouse of all the product's pieces.
  func warehouse(_ product: Int) -> String { Self.warehouses[product % Self.warehouses.count] }

  func openingStock(_ product: Int, variant: Int, basePence: Double) -> Int64 {
    var stream = RandomStream(seed: world.options.seed, .fulfilment, product, variant)
    if stream.chance(0.06) { return 0 }
    let most = basePence > 80_000 ? 8 : basePence > 20_000 ? 20 : 80
    return Int64(1 + stream.below(most))
  }

  func record(_ product: Int) -> ProductRecord {
    let truth = world.truth(ofProduct: product)
    let kind = world.kinds[truth.kind]
    let (shape, after) = shape(product, using: RandomStream(seed: world.options.seed, .product, product))
    var stream = after
    let material = stream.pick(kind.materials)
    let brand = GeneratedNames.brand(shape.brand)
    let series = GeneratedNames.series(product)
    let price = calendar.price(product: product, basePence: truth.basePence, day: max(world.options.days, 1) - 1)
    let popularity = 1000 * PortableMath.power(Double(truth.rank + 1), -DecisionModel.popularityExponent)
    let stars = min(max(3.9 + truth.quality * 0.45, 1.5), 5)
    var attributes = [attribute("material", [.text(material)])]
    for detail in kind.details { attributes.append(attribute(detail.code, [.number(stream.pick(detail.values))])) }
    let variants = variants(product, shape, truth, price)
    var pictures: [String] = []
    for url in variants.compactMap(\.pictureURL) where !pictures.contains(url) { pictures.append(url) }
    let released = world.options.lastDay.daysSinceEpoch - 1 - Int64(stream.below(1200))
    var audience: Audience = []
    if shape.isForShops { audience.insert(.shops) }
    if shape.isForCompanies { audience.insert(.companies) }
    let summary = GeneratedNames.summary(kind: kind, style: shape.style, material: material, using: &stream)
    let lifecycle: Lifecycle = stream.chance(0.02) ? .discontinued : .listed
    // Demand depends on the size of the catalog, so numbers that depend on demand are drawn last.
    let reviews = Int64(stream.poisson(popularity * 0.2))
    return ProductRecord(
      code: Self.code(ofProduct: product), title: "\(brand) \(series) \(kind.styles[shape.style]) \(kind.noun)",
      summary: summary, brand: brand,
      categories: [kind.path], attributes: attributes, variants: variants, pictureURLs: pictures,
      ratingAverage: reviews > 0 ? (stars * 10).rounded() / 10 : nil, ratingCount: reviews,
      popularity: (popularity * 100).rounded() / 100, lifecycle: lifecycle,
      audience: audience, releasedAt: Timestamp(microsecondsSinceEpoch: released * 86_400_000_000))
  }

  private func attribute(_ code: String, _ values: [AttributeValue]) -> ProductRecord.Attribute {
    guard let definition = ProductKind.attributes[code] else { preconditionFailure("\(code) is in no table") }
    return .init(definition, values)
  }

  private func variants(
    _ product: Int, _ shape: Shape, _ truth: ProductTruth, _ price: (pence: Int64, wasPence: Int64?)
  ) -> [ProductRecord.Variant] {
    let kind = world.kinds[truth.kind]
    let picture = kind.pictures[shape.style % kind.pictures.count].split(separator: " ").joined(separator: "-")
    return (0..<shape.variantCount).map { variant in
      let colour = ProductKind.colours[shape.colours[variant / shape.axisCount]]
      var options = [attribute("colour", [.swatch(name: colour.name, hex: colour.hex)])]
      switch kind.axis {
      case .sizes: options.append(attribute("size", [.text(Self.sizes[variant % shape.axisCount])]))
      case .shoes: options.append(attribute("shoe_size", [.number(Self.shoeSizes[variant % shape.axisCount])]))
      case .storage: options.append(attribute("storage", [.number(Self.storages[variant % shape.axisCount])]))
      case .none: break
      }
      let amount = amount(price.pence, kind: truth.kind, variant: variant, axisCount: shape.axisCount)
      let was = price.wasPence.map { self.amount($0, kind: truth.kind, variant: variant, axisCount: shape.axisCount) }
      var prices = [Price(amount: money(amount), wasAmount: was.map(money))]
      if shape.isForCompanies {
        prices.append(Price(list: "trade", amount: money(max(1, amount * Self.tradePercent / 100))))
        prices.append(Price(list: "trade", amount: money(max(1, amount * 80 / 100)), minimumQuantity: 10))
      }
      return ProductRecord.Variant(
        sku: SKU(sku(product, shape, variant: variant)), gtin: Self.gtin(product: product, variant: variant),
        options: options, pictureURL: "/pictures/\(picture)-\(colour.hex.dropFirst()).svg", prices: prices,
        cost: money(max(1, Int64(saturating: truth.basePence * 0.55))),
        stock: [warehouse(product): openingStock(product, variant: variant, basePence: truth.basePence)])
    }
  }

  private func money(_ pence: Int64) -> Money { Money(minorUnits: pence, currency: .gbp) }

  /// A GTIN-13 in the range for a shop's own use, 21 + product + variant + check digit.
  private static func gtin(product: Int, variant: Int) -> String {
    let number = 210_000_000_000 + product * 100 + variant
    var rest = number
    var sum = 0
    for position in 0..<12 {
      sum += rest % 10 * (position % 2 == 0 ? 3 : 1)
      rest /= 10
    }
    return String(number * 10 + (10 - sum % 10) % 10)
  }
}
