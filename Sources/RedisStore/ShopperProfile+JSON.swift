import Catalog
import JSON
import Ports

extension ShopperProfile {
  var json: String {
    var writer = JSONWriter()
    writer.object { json in
      json.member("evidence", evidence)
      if let priceLevelMinorUnits { json.member("price", priceLevelMinorUnits) }
      json.shares("categories", categories)
      json.shares("brands", brands)
      json.name("attributes")
      json.array { list in
        for (attribute, share) in attributes {
          list.array {
            $0.string(attribute.code)
            $0.string(attribute.value)
            $0.double(share)
          }
        }
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// nil if `text` is not what `json` gives.
  init?(json text: String) {
    guard let value = try? JSONValue(parsing: Array(text.utf8)), let evidence = value["evidence"]?.double else {
      return nil
    }
    self.init(priceLevelMinorUnits: value["price"]?.double, evidence: evidence)
    for pair in value["categories"]?.array ?? [] {
      if let id = pair[0]?.int, let share = pair[1]?.double { categories[CategoryID(id)] = share }
    }
    for pair in value["brands"]?.array ?? [] {
      if let id = pair[0]?.int, let share = pair[1]?.double { brands[BrandID(id)] = share }
    }
    for item in value["attributes"]?.array ?? [] {
      guard let code = item[0]?.string, let value = item[1]?.string, let share = item[2]?.double else { continue }
      attributes[Attribute(code: code, value: value)] = share
    }
  }
}

extension JSONWriter {
  fileprivate mutating func shares(_ name: StaticString, _ shares: [some Identifier: Double]) {
    self.name(name)
    array { list in
      for (id, share) in shares {
        list.array {
          $0.int(id.rawValue)
          $0.double(share)
        }
      }
    }
  }
}
