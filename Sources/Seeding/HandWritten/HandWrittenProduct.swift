import Catalog
import JSON

/// Turns one line of a department's file into a record.
///
/// Omitted values (stock, rating, release date, cost, GTIN) are drawn from a stream that depends on the product's code
/// alone, so that an added line changes no other product.
struct HandWrittenProduct {
  private let json: JSONValue
  private let group: JSONValue
  private let path: [String]
  private let shop: ShopFile
  private let code: String
  private let subject: String
  private let price: Int64
  private let stream: RandomStream

  init(_ json: JSONValue, group: JSONValue, path: [String], file: DepartmentFile) throws(SeedError) {
    guard let code = json["code"]?.string, !code.isEmpty else {
      throw SeedError("\(file.file), \(path.joined(separator: " > "))", "a product without `code`; give it one")
    }
    subject = "\(file.file), product \(code)"
    guard let price = json["price"]?.int, price > 0 else {
      throw SeedError(subject, "`price` must be a positive whole number of pence")
    }
    self.json = json
    self.group = group
    self.path = path
    self.shop = file.shop
    self.code = code
    self.price = price
    stream = RandomStream(seed: UInt64(fnv1aOf: code.utf8), .handWritten)
  }

  func record() throws(SeedError) -> ProductRecord {
    guard let title = json["title"]?.string, let summary = json["summary"]?.string else {
      throw SeedError(subject, "`title` or `summary` is missing")
    }
    var own = stream
    let reviews = json["reviews"]?.int ?? Int64(own.below(24) * own.below(24))
    let stars = json["stars"]?.double ?? Double(34 + own.below(16)) / 10
    let variants = try self.variants()
    var pictures: [String] = []
    for url in variants.compactMap(\.pictureURL) where !pictures.contains(url) { pictures.append(url) }
    let interest = Double(60 + own.below(80)) / 100
    return ProductRecord(
      code: code, title: title, summary: summary, brand: json["brand"]?.string, categories: categories,
      attributes: try attributes(), variants: variants, pictureURLs: pictures,
      ratingAverage: reviews > 0 ? stars : nil, ratingCount: reviews,
      popularity: (Double(reviews + 5) * interest * 10).rounded() / 10, lifecycle: try lifecycle(),
      audience: try audience(), releasedAt: try releaseDate(using: &own))
  }

  private var categories: [[String]] {
    [path] + (json["also"]?.array ?? []).map { ($0.array ?? []).compactMap(\.string) }
  }

  private func attributes() throws(SeedError) -> [ProductRecord.Attribute] {
    var members: [JSONObject.Member] = group["is"]?.object?.members ?? []
    for member in json["is"]?.object?.members ?? [] {
      if let index = members.firstIndex(where: { $0.name == member.name }) {
        members[index] = member
      } else {
        members.append(member)
      }
    }
    var attributes: [ProductRecord.Attribute] = []
    for member in members {
      let definition = try shop.attribute(member.name, subject: subject)
      var values: [AttributeValue] = []
      for value in member.value.array ?? [member.value] {
        values.append(try shop.value(value, of: definition, subject: subject))
      }
      attributes.append(.init(definition, values))
    }
    return attributes
  }

  /// A choice of an option: its value, its surcharge, and its part of the SKU.
  private struct Choice {
    var definition: AttributeDefinition
    var value: AttributeValue
    var surcharge: Int64 = 0
  }

  /// Colours, sizes and further choices: one variant for each combination.
  private func optionAxes() throws(SeedError) -> [[Choice]] {
    var axes: [[Choice]] = []
    if let colours = json["colours"]?.string {
      let definition = try shop.attribute("colour", subject: subject)
      var choices: [Choice] = []
      for name in colours.split(separator: ",") {
        let text = JSONValue.string(String(name.drop { $0 == " " }))
        choices.append(Choice(definition: definition, value: try shop.value(text, of: definition, subject: subject)))
      }
      axes.append(choices)
    }
    if let name = (json["sizes"] ?? group["sizes"])?.string, name != "none" {
      guard let scale = shop.sizeScales[name] else {
        throw SeedError(subject, "size scale `\(name)` is not in shop.json; add it there or write \"none\"")
      }
      axes.append(scale.values.map { Choice(definition: scale.definition, value: $0) })
    }
    for member in json["choices"]?.object?.members ?? [] {
      let definition = try shop.attribute(member.name, subject: subject)
      var choices: [Choice] = []
      for option in member.value.object?.members ?? [] {
        let value = try shop.value(.string(option.name), of: definition, subject: subject)
        guard let surcharge = option.value.int else {
          throw SeedError(subject, "choice `\(option.name)` must say in whole pence what it adds to the price")
        }
        choices.append(Choice(definition: definition, value: value, surcharge: surcharge))
      }
      axes.append(choices)
    }
    return axes.filter { !$0.isEmpty }
  }

  private func variants() throws(SeedError) -> [ProductRecord.Variant] {
    var combinations: [[Choice]] = [[]]
    for axis in try optionAxes() {
      combinations = combinations.flatMap { combination in axis.map { combination + [$0] } }
    }
    var variants: [ProductRecord.Variant] = []
    var own = stream
    let costPercent = Int64(46 + own.below(18))
    for combination in combinations {
      let sku = ([code] + combination.map(Self.skuPart)).joined(separator: "-")
      var own = RandomStream(seed: UInt64(fnv1aOf: sku.utf8), .handWritten)
      let amount = combination.reduce(price) { $0 + $1.surcharge }
      guard amount > 0 else { throw SeedError(subject, "variant \(sku) would cost \(amount); mend its surcharges") }
      variants.append(
        ProductRecord.Variant(
          sku: SKU(sku), gtin: Self.gtin(using: &own),
          options: combination.map { .init($0.definition, [$0.value]) }, pictureURL: try picture(combination).url,
          prices: prices(amount), cost: money(max(1, amount * costPercent / 100)),
          stock: stock(amount: amount, using: &own)))
    }
    return variants
  }

  /// `Dark Green` → `DARKGREEN`, 15.6 → `15.6`.
  private static func skuPart(_ choice: Choice) -> String {
    String(choice.value.displayText.uppercased().filter { $0.isLetter || $0.isNumber || $0 == "." })
  }

  /// A GTIN-13 from the range that GS1 reserves for a shop's own use (prefix 20), with its check digit (GS1 General
  /// Specifications, 7.9).
  private static func gtin(using stream: inout RandomStream) -> String {
    var digits = [2, 0] + (0..<10).map { _ in stream.below(10) }
    let sum = digits.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3) }
    digits.append((10 - sum % 10) % 10)
    return digits.map(String.init).joined()
  }

  private func money(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: shop.currency) }

  private func prices(_ amount: Int64) -> [Price] {
    let was = json["was"]?.int.map { money($0 + amount - price) }
    var prices = [Price(amount: money(amount), wasAmount: was)]
    // Trade prices are a percentage of the shopper's price; ten of a kind cost a little less again.
    if let percent = (json["trade"] ?? group["trade"])?.int, (1..<100).contains(percent) {
      let trade = amount * (100 - percent) / 100
      prices.append(Price(list: shop.tradeList, amount: money(trade)))
      prices.append(Price(list: shop.tradeList, amount: money(trade * 95 / 100), minimumQuantity: 10))
    }
    return prices
  }

  /// Pieces in each warehouse: fewer for expensive products, none for about one variant in twelve.
  private func stock(amount: Int64, using stream: inout RandomStream) -> [String: Int64] {
    if let level = json["stock"]?.int {
      return Dictionary(uniqueKeysWithValues: shop.warehouses.map { ($0, level) })
    }
    let isOut = stream.chance(1 / 12)
    let most = amount > 80_000 ? 6 : amount > 20_000 ? 18 : 60
    var stock: [String: Int64] = [:]
    for warehouse in shop.warehouses {
      let pieces = Int64(stream.below(most))
      stock[warehouse] = isOut ? 0 : pieces
    }
    return stock
  }

  private func picture(_ combination: [Choice]) throws(SeedError) -> Picture {
    let groupWords = (group["picture"]?.string ?? "").split(separator: " ").map(String.init)
    let ownWords = (json["picture"]?.string ?? "").split(separator: " ").map(String.init)
    let words = ownWords.first.map { Picture.drawings[$0] != nil } == true ? ownWords : groupWords + ownWords
    var hex = json["tint"]?.string ?? "#3d5a80"
    for choice in combination { if case .swatch(_, let swatch) = choice.value { hex = swatch } }
    guard let kind = words.first, let tint = Tint(hex: hex),
      let picture = Picture(kind: kind, words: Array(words.dropFirst()), tint: tint)
    else {
      throw SeedError(subject, "nobody draws the picture `\(words.joined(separator: " "))` in \(hex); see seeds.md")
    }
    return picture
  }

  private func lifecycle() throws(SeedError) -> Lifecycle {
    guard let text = json["lifecycle"]?.string else { return .listed }
    guard let lifecycle = Lifecycle(rawValue: text) else {
      throw SeedError(subject, "`lifecycle` is \(text); expected draft, listed, hidden or discontinued")
    }
    return lifecycle
  }

  private func audience() throws(SeedError) -> Audience {
    guard let text = (json["audience"] ?? group["audience"])?.string else { return .everyone }
    guard let audience = Audience(codes: [text]) else {
      throw SeedError(subject, "`audience` is \(text); expected b2c or b2b, or leave it out for both")
    }
    return audience
  }

  private func releaseDate(using stream: inout RandomStream) throws(SeedError) -> Timestamp? {
    guard let text = json["released"]?.string else {
      let firstDay: Int64 = 19_723  // 2024-01-01
      return Timestamp(microsecondsSinceEpoch: (firstDay + Int64(stream.below(1000))) * 86_400_000_000)
    }
    guard let day = Timestamp(text) else { throw SeedError(subject, "`released` is \(text); expected 2026-03-14") }
    return day
  }
}
