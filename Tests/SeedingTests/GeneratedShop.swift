import JSON

@testable import Seeding

/// Keeps what is generated, and a digest of it (FNV-1a, 64 bits, a file).
struct CollectingSink: SeedSink {
  var bytes: [SeedFile: [UInt8]] = [:]

  mutating func write(_ lines: borrowing [UInt8], to file: SeedFile) { bytes[file, default: []] += lines }

  func digest(of files: [SeedFile]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for file in files {
      for byte in Array(file.rawValue.utf8) + (bytes[file] ?? []) { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
    }
    return String(hash, radix: 16)
  }

  func lines(_ file: SeedFile) throws -> [JSONValue] {
    let parser = JSONParser()
    return try (bytes[file] ?? []).split(separator: 0x0A).map { line in
      try parser.withDocument(Array(line)) { $0.value }
    }
  }
}

/// One generated year of a small shop, read back from its files: what the tests of the truth look at.
struct GeneratedShop: Sendable {
  static let seed: UInt64 = 20_261_123
  static let days = 365
  static let shared = Result { try GeneratedShop() }

  struct Line: Sendable {
    var order: String
    var number: Int64
    var sku: String
    var product: Int
    var day: String
    var quantity: Int64
    var pence: Int64
    var isReduced: Bool
    var customer: Int
    var isTrade: Bool
  }

  struct Click: Sendable {
    var customer: Int
    var product: Int
    var day: String
    var position: Int
    var isInCart: Bool
  }

  let world: GeneratedWorld
  var sessions: [(customer: Int, day: String, shown: [Int])] = []
  var clicks: [Click] = []
  var lines: [Line] = []
  var returned: Set<String> = []
  var stockChanges: [(sku: String, change: Int64, reason: String)] = []
  let catalogStock: [String: Int64]
  let prices: [JSONValue]
  let customers: [CustomerTruth]

  private init() throws {
    let options = try GenerationOptions(products: 900, customers: 1200, days: Self.days, seed: Self.seed)
    var sink = CollectingSink()
    _ = try Seeding.generate(options, to: &sink)
    world = GeneratedWorld(options)
    let world = world
    customers = (0..<options.customers).map { world.truth(ofCustomer: $0) }
    prices = try sink.lines(.prices)
    var stock: [String: Int64] = [:]
    for record in try sink.lines(.catalog) {
      for variant in record["variants"]?.array ?? [] {
        let pieces = variant["stock"]?.object?.members.reduce(0) { $0 + ($1.value.int ?? 0) }
        stock[variant["sku"]?.string ?? ""] = pieces
      }
    }
    catalogStock = stock
    for session in try sink.lines(.sessions) { read(session: session) }
    for order in try sink.lines(.orders) { read(order: order) }
    for back in try sink.lines(.returns) {
      returned.insert("\(back["order"]?.string ?? "") \(back["line"]?.int ?? 0)")
    }
    for change in try sink.lines(.stock) {
      stockChanges.append(
        (change["sku"]?.string ?? "", change["change"]?.int ?? 0, change["reason"]?.string ?? ""))
    }
  }

  /// `G0000012` or `C0000012` → 11.
  static func number(_ code: String?) -> Int { (Int(code?.dropFirst() ?? "") ?? 0) - 1 }

  private mutating func read(session: JSONValue) {
    let customer = Self.number(session["customer"]?.string)
    let day = String((session["started_at"]?.string ?? "").prefix(10))
    sessions.append((customer, day, (session["shown"]?.array ?? []).map { Self.number($0.string) }))
    for event in session["events"]?.array ?? [] {
      if event["type"]?.string == "click" {
        clicks.append(
          Click(
            customer: customer, product: Self.number(event["product"]?.string), day: day,
            position: Int(event["position"]?.int ?? 0), isInCart: false))
      } else {
        clicks[clicks.count - 1].isInCart = true
      }
    }
  }

  private mutating func read(order: JSONValue) {
    for line in order["lines"]?.array ?? [] {
      lines.append(
        Line(
          order: order["order"]?.string ?? "", number: line["line"]?.int ?? 0, sku: line["sku"]?.string ?? "",
          product: Self.number(line["product"]?.string), day: String((order["placed_at"]?.string ?? "").prefix(10)),
          quantity: line["quantity"]?.int ?? 0, pence: line["unit_price_minor"]?.int ?? 0,
          isReduced: line["unit_was_minor"] != nil, customer: Self.number(order["customer"]?.string),
          isTrade: order["list"]?.string == "trade"))
    }
  }
}

/// Pearson's correlation.
func correlation(_ pairs: [(Double, Double)]) -> Double {
  let count = Double(pairs.count)
  let meanX = pairs.reduce(0) { $0 + $1.0 } / count
  let meanY = pairs.reduce(0) { $0 + $1.1 } / count
  var xy = 0.0
  var xx = 0.0
  var yy = 0.0
  for (x, y) in pairs {
    xy += (x - meanX) * (y - meanY)
    xx += (x - meanX) * (x - meanX)
    yy += (y - meanY) * (y - meanY)
  }
  return xy / (xx * yy).squareRoot()
}
