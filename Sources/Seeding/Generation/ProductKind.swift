import Catalog

/// A kind of product that the generator makes: its name, the differences between its variants, and the truth about its
/// sales.
struct ProductKind: Sendable {
  var path: [String]
  var noun: String
  /// Queries that shoppers type for the kind.
  var queries: [String]
  var styles: [String]
  var materials: [String]
  /// The kind and words of its picture.
  var pictures: [String]
  var medianPence: Double
  var axis: Axis
  /// Day of the year with the highest demand, and the logarithm of its excess over the average.
  var peakDay: Int
  var amplitude: Double
  var returnRate: Double
  /// The kind's share of all products, relative to the other kinds' shares.
  var share: Int
  var details: [Detail] = []

  /// The difference between variants besides colour.
  enum Axis: Sendable { case sizes, shoes, storage, none }

  /// A number that is drawn for each product: `screen_size` from 13.3, 14, 15.6.
  struct Detail: Sendable {
    var code: String
    var values: [Double]
    init(_ code: String, _ values: [Double]) {
      self.code = code
      self.values = values
    }
  }

  /// The attributes as `shop.json` of the hand-written catalog defines them (a test compares both).
  static let attributes: [String: AttributeDefinition] = {
    let definitions: [AttributeDefinition] = [
      .init(code: "colour", name: "Colour", type: .swatch, isFacet: true, position: 10),
      .init(code: "size", name: "Size", type: .text, isFacet: true, position: 20),
      .init(code: "shoe_size", name: "Shoe size (UK)", type: .number, isFacet: true, position: 30),
      .init(code: "gender", name: "For", type: .text, isFacet: true, position: 40),
      .init(code: "material", name: "Material", type: .text, isFacet: true, position: 50),
      .init(code: "capacity", name: "Capacity", type: .number, unit: "l", isFacet: true, position: 140),
      .init(code: "screen_size", name: "Screen size", type: .number, unit: "in", isFacet: true, position: 160),
      .init(code: "memory", name: "Memory", type: .number, unit: "GB", isFacet: true, position: 210),
      .init(code: "storage", name: "Storage", type: .number, unit: "GB", isFacet: true, position: 220),
      .init(code: "battery_life", name: "Battery life", type: .number, unit: "h", isFacet: true, position: 230),
      .init(code: "power", name: "Power", type: .number, unit: "W", isFacet: true, position: 250),
      .init(code: "width", name: "Width", type: .number, unit: "cm", isFacet: true, position: 380),
      .init(code: "warranty", name: "Warranty", type: .number, unit: "years", position: 550),
    ]
    return Dictionary(uniqueKeysWithValues: definitions.map { ($0.code, $0) })
  }()

  /// Colours, with the names and values of the hand-written catalog's swatches.
  static let colours: [(name: String, hex: String)] = [
    ("Red", "#c0282d"), ("Navy", "#1f2f4f"), ("Black", "#1f2124"), ("White", "#f6f5f1"), ("Forest", "#24493a"),
    ("Grey", "#8d9299"), ("Teal", "#1d6f78"), ("Mustard", "#d3a032"), ("Blush", "#ecc9c4"), ("Sage", "#9bb09a"),
    ("Burgundy", "#6f1d2f"), ("Sky", "#8fc1e3"), ("Rust", "#a8512c"), ("Cream", "#f1e8d3"), ("Plum", "#5b2a4c"),
    ("Coral", "#e5735c"),
  ]
}
