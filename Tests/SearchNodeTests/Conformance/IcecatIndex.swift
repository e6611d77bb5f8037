import Foundation
import JSON
import LocalServices
import SearchDSL

/// The Icecat catalog as an index with every type of field, several values, missing values, and its own text.
struct IcecatIndex: Sendable {
  static let name = "conformance"

  let operations: [BulkOperation]
  /// Words of the catalog, as frequent as in the catalog, for queries that find something.
  let words: [String]
  /// Neighbouring words, for phrases.
  let phrases: [[String]]
  let brands: [String]
  let types: [String]
  let colours: [String]

  /// Reads the first products of the file.
  init(products limit: Int) throws {
    var operations: [BulkOperation] = []
    var samples = Samples()
    let parser = JSONParser()
    for (number, line) in try Self.lines(limit).enumerated() {
      try parser.withDocument(line) { product in
        let document = Self.document(product, number: number)
        samples.add(document)
        operations.append(
          BulkOperation(
            id: product["id"]?.string ?? "", externalVersion: 1,
            action: .index(source: JSONValue.object(document).bytes)))
      }
    }
    self.operations = operations
    words = samples.words
    phrases = samples.phrases
    brands = samples.brands
    types = samples.types
    colours = samples.colours
  }

  /// The catalog's file; empty if it is absent.
  static let file = OptionalMaterial.data("icecat/products.ndjson.gz") ?? ""
  static var isPresent: Bool { !file.isEmpty }

  private static func lines(_ limit: Int) throws -> [[UInt8]] {
    let gzip = Process()
    let pipe = Pipe()
    gzip.executableURL = URL(filePath: "/bin/gzip")
    gzip.arguments = ["-dc", file]
    gzip.standardOutput = pipe
    try gzip.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    gzip.waitUntilExit()
    return Array(bytes).split(separator: 0x0A).prefix(limit).map(Array.init)
  }

  private static func document(_ product: JSONElement, number: Int) -> JSONObject {
    var document: JSONObject = ["line": .int(Int64(number))]
    func copy(_ name: String, as field: String) { if let value = product[name] { document[field] = value.value } }
    copy("title", as: "title")
    copy("supplier", as: "brand")
    copy("short_description", as: "desc")
    copy("price", as: "price")
    copy("date_released", as: "released")
    copy("attr_n_weight", as: "weight")
    copy("attr_n_cable_length", as: "length")
    copy("attr_t_product_colour", as: "colour")
    copy(product["attr_t_type"] == nil ? "attr_t_product_type" : "attr_t_type", as: "type")
    copy("attr_b_colour", as: "inColour")
    var attributes: [String] = []
    var facets: [JSONValue] = []
    product.forEachMember { name, value in
      let name = String(decoding: name, as: UTF8.self)
      guard name.hasPrefix("attr_t_"), let text = value.string else { return }
      attributes.append(text)
      if facets.count < 6 { facets.append(.string("\(name.dropFirst(7))=\(text)")) }
    }
    if !attributes.isEmpty {
      document["attrs"] = .string(attributes.joined(separator: " "))
      document["facets"] = .array(facets)
    }
    let sizes = ["attr_n_width", "attr_n_depth", "attr_n_height"].compactMap { product[$0]?.value }
    if !sizes.isEmpty { document["sizes"] = .array(sizes) }
    return document
  }

  /// An index body that a bare server of every kind accepts.
  static let body: JSONValue = [
    "settings": [
      "number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1",
      "analysis": [
        "filter": ["english_stemmer": ["type": "stemmer", "language": "english"]],
        "analyzer": [
          "english_text": [
            "type": "custom", "tokenizer": "standard", "filter": ["lowercase", "asciifolding", "english_stemmer"],
          ]
        ], "normalizer": ["lower": ["type": "custom", "filter": ["lowercase"]]],
      ],
    ],
    "mappings": [
      "dynamic": "strict",
      "properties": [
        "line": ["type": "integer"],
        "title": [
          "type": "text", "analyzer": "english_text",
          "fields": ["exact": ["type": "text", "analyzer": "standard"]],
        ], "brand": ["type": "text", "analyzer": "english_text", "fields": ["keyword": ["type": "keyword"]]],
        "desc": ["type": "text", "analyzer": "english_text"], "attrs": ["type": "text", "analyzer": "english_text"],
        "price": ["type": "long"], "released": ["type": "date"], "weight": ["type": "double"],
        "length": ["type": "float"], "colour": ["type": "keyword", "normalizer": "lower"], "type": ["type": "keyword"],
        "inColour": ["type": "boolean"], "facets": ["type": "keyword"], "sizes": ["type": "double"],
      ],
    ],
  ]
}

/// The values from which the generator draws.
private struct Samples {
  var words: [String] = []
  var phrases: [[String]] = []
  var brands: [String] = []
  var types: [String] = []
  var colours: [String] = []

  mutating func add(_ document: JSONObject) {
    for field in ["title", "desc"] {
      let found = (document[field]?.string ?? "").split(whereSeparator: { $0 == " " || $0 == "," }).prefix(14)
        .map(String.init)
      words += found
      if found.count >= 3 { phrases.append(found) }
    }
    if let brand = document["brand"]?.string { brands.append(brand) }
    if let type = document["type"]?.string { types.append(type) }
    if let colour = document["colour"]?.string { colours.append(colour) }
  }
}
