// Rows that SQL put in past the importer, as extreme as their columns' types take:
// 1. In a database that holds them, of every number and moment each end, the whole read path goes on: full index, sync,
//    verify, what is learnt from the catalog, search, sort, facet, filter, cursor, suggestion, product, as JSON and as
//    page. No request ends the process or is an error of the shop's (seed printed).
// 2. Numbers at the ends of their types in each parameter of a search are refused or answered, on the same shop.
import Catalog
import Foundation
import Indexer
import JSON
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchService
import TestSupport
import Testing

@testable import Bootstrap

@Suite struct ExtremeRowsTests {
  private static let whole = ["-9223372036854775808", "-1", "0", "1", "1000000000001", "9223372036854775807"]
  private static let small = ["-2147483648", "-1", "0", "2147483647"]
  private static let numbers = [
    "'-1e308'", "'1e308'", "'1.7976931348623157e308'", "'5e-324'", "'-0'", "'NaN'", "'Infinity'", "'-Infinity'", "0",
    "12.5",
  ]
  private static let moments = [
    "NULL", "'4713-01-01 BC'", "'0001-01-01 BC'", "'0001-01-01'", "'9999-12-31'", "'10000-01-01'", "'294276-12-31'",
    "'infinity'", "'-infinity'",
  ]
  private static let days = [
    "'4713-01-01 BC'", "'0001-01-01'", "'9999-12-31'", "'5874897-12-31'", "'infinity'", "'-infinity'",
  ]

  /// Each column with the values that it takes; the last of a row is the table.
  private static let columns: [(table: String, column: String, values: [String])] = [
    ("catalog.product", "rating_count", whole), ("catalog.product", "rating_average", numbers + ["NULL"]),
    ("catalog.product", "popularity", numbers), ("catalog.product", "released_at", moments),
    ("catalog.product", "created_at", moments.filter { $0 != "NULL" }),
    ("catalog.product_attribute", "number_value", numbers), ("catalog.product_attribute", "date_value", days),
    // Values of another type than their attribute's, and rows without a value.
    ("catalog.product_attribute", "text_value", ["'12'", "'lamp'", "NULL"]),
    ("catalog.product_attribute", "boolean_value", ["true", "NULL"]),
    ("catalog.product_attribute", "swatch_hex", ["'#112233'"]), ("catalog.product", "lifecycle", ["'bogus'"]),
    ("catalog.variant_option", "number_value", numbers), ("catalog.product_category", "position", small),
    ("catalog.variant", "position", small), ("catalog.attribute", "position", small),
    ("catalog.category", "position", small),
    ("inventory.stock", "on_hand", whole), ("inventory.stock", "reserved", ["0", "9223372036854775807"]),
    ("pricing.price", "amount_minor_units", whole), ("pricing.price", "was_minor_units", whole + ["NULL"]),
    ("pricing.price", "minimum_quantity", whole), ("pricing.price", "valid_from", moments),
    ("pricing.price", "valid_until", moments), ("pricing.cost", "amount_minor_units", whole),
    // Several together are more than an integer.
    ("catalog.product", "document_version", ["9000000000000000000"]),
  ]

  private static func records() -> [ProductRecord] {
    let weight = AttributeDefinition(code: "weight", name: "Weight", type: .number, unit: "g", isFacet: true)
    let since = AttributeDefinition(code: "since", name: "Since", type: .date, isFacet: true)
    let length = AttributeDefinition(code: "length", name: "Length", type: .number, isFacet: true)
    return (0..<120).map { number in
      ProductRecord(
        code: "E-\(number)", title: "Lamp number\(number)", summary: "A lamp.", brand: "Brand \(number % 5)",
        categories: [["Home", ["Lamps", "Lights", "Bulbs"][number % 3]]],
        attributes: [
          .init(weight, [.number(Double(number))]), .init(since, [.date(CalendarDay("2026-01-02")!)]),
        ],
        variants: (0...number % 3).map { variant in
          .init(
            sku: SKU("E-\(number)-\(variant)"), options: [.init(length, [.number(Double(variant))])],
            prices: [
              Price(
                amount: Money(minorUnits: Int64(100 + number), currency: .gbp),
                wasAmount: Money(minorUnits: 1_000, currency: .gbp))
            ], cost: Money(minorUnits: 10, currency: .gbp), stock: ["main": 5, "north": 7])
        }, ratingAverage: 4, ratingCount: 3, popularity: Double(number), releasedAt: Timestamp("2026-01-02"))
    }
  }

  /// Takes every rule of a value away, as a database before these rules, or a superuser, has none.
  private static let withoutRules: SQL = """
    DO $$ DECLARE r record; BEGIN
      FOR r IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
        WHERE connamespace::regnamespace::text IN ('catalog', 'pricing', 'inventory') AND contype IN ('c', 'x')
      LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.name, r.conname); END LOOP;
    END $$
    """

  private func extreme(_ shop: TestShop, _ random: inout SeededGenerator) async throws {
    for (table, column, values) in Self.columns {
      // Some rows of each table, so that sorts and facets have usual ones beside them; of a value none, if it is not of
      // the row's type.
      let isNullable = column == "number_value" || column == "date_value"
      for value in values {
        let share = Int.random(in: 4...9, using: &random)
        let rest = Int.random(in: 0..<share, using: &random)
        let keys = isNullable ? " AND \(column) IS NOT NULL" : ""
        // Positions are unique within a product.
        let limit = column == "position" ? " AND random() < 0.02" : ""
        do {
          try await shop.pool.execute(
            """
            UPDATE \(unsafeRaw: table) SET \(unsafeRaw: column) = \(unsafeRaw: value)
            WHERE abs(hashtext(ctid::text)) % \(unsafeRaw: String(share)) = \(unsafeRaw: String(rest))\(unsafeRaw: keys + limit)
            """)
        } catch PostgresError.server(let error) where error.sqlState == "23505" {
          continue  // Two of one product at one position: no such row can be.
        }
      }
    }
  }

  private static let targets: [String] = {
    var targets = [
      "/", "/search?q=lamp", "/v1/search?q=lamp", "/v1/search", "/search", "/v1/categories", "/v1/suggest?q=lam",
      "/v1/facets/weight/values?q=lamp", "/v1/facets/brand/values", "/facets/weight?q=lamp", "/c/lamps", "/b/brand-1",
      "/v1/search?q=lamp&filter=weight:..1e308", "/search?q=lamp&filter=weight:-1e308..1e308",
      "/search?filter=weight:1e308..", "/v1/search?filter=length:0..1", "/search?q=lamp&filter=reduced:yes",
      "/search?filter=released:30d", "/v1/search?why=true&q=lamp&highlight=true",
      "/v1/search?q=lamp%20under%20%C2%A310",
      "/search?q=lamp%20under%20%C2%A3999999999999999999999999", "/search?q=cheap%20lamp",
      "/search?q=lamp%2099999999999999999999999%20g", "/readyz", "/metrics", "/openapi.json", "/console/searches",
    ]
    for sort in SearchSort.allCases {
      for start in ["/v1/search", "/search", "/c/lamps", "/v1/categories/lamps"] {
        targets.append("\(start)?sort=\(sort.rawValue)&page_size=50")
        targets.append("\(start)?sort=\(sort.rawValue)&page=2&filter=stock:yes")
      }
    }
    return targets
  }()

  private static let edges = [
    "92233720368547758.07", "92233720368547753", "92233720368547758.08", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "-1", "-0", "0", "1e308", "-1e308", "1e309", "nan", "inf", "-inf", "0x7fffffffffffffff",
    "2147483647", "2147483648", "99999999999999999999999999999999", "5e-324", ".5", "1.", "+1", "٣", "",
  ]

  private func expectAnswered(_ shop: TestShop, _ target: String, _ note: String) async throws -> HTTPClient.Answer {
    let answer = try await shop.client.get(target)
    // 503 is what /readyz says of a sync that waits; a search has an engine, and is answered or refused.
    #expect(answer.status < 500, "\(target): \(answer.status) \(answer.text.prefix(200)), \(note)")
    return answer
  }

  @Test("1: the whole read path", .timeLimit(.minutes(15)), arguments: 0..<3)
  func readPath(round: Int) async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("ExtremeRowsTests.readPath seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let shop = try await TestShop(Self.records())
    try await shop.pool.execute(Self.withoutRules)
    try await extreme(shop, &random)
    let note = "seed \(seed)"

    // The index that was built before takes the changes, verify looks at it, and another is built from nothing.
    let (node, alias, clock) = (shop.shop.engine, shop.shop.indexAlias, shop.shop.clock)
    let generation = try #require(try await shop.ledger.generations(alias: alias).first { $0.state == .live })
    let catchUp = IndexCatchUp(source: shop.catalog, ledger: shop.ledger, engine: node, clock: clock)
    try await catchUp.run(generation)
    let verification = IndexVerification(source: shop.catalog, ledger: shop.ledger, engine: node)
    let report = try await verification.run(generation) { try await catchUp.run(generation) }
    #expect(report.left.isEmpty, "\(report.left.prefix(3)), \(note)")
    try await walk(shop, note)

    let mapping = try IndexMapping(parsing: TestShop.read(TestShop.root + "/IndexMappings/products.json"))
    let full = FullIndex(
      source: shop.catalog, ledger: shop.ledger, leases: shop.leases, engine: node, mapping: mapping,
      clock: clock)
    let built = try await full.run(FullIndex.Options(alias: alias))
    #expect(built.documents > 0 && built.deadLetters == 0, "\(built), \(note)")
    let knowledge = CatalogKnowledge(source: shop.catalog)
    try await knowledge.refresh()
    #expect(try await shop.catalog.catalogMark().position > .start, "\(note)")
    let second = try #require(try await shop.ledger.generations(alias: alias).first { $0.state == .live })
    let after = try await verification.run(second, catchUp: nil)
    #expect(after.found.isEmpty, "\(after.found.prefix(3)), \(note)")
    try await walk(shop, note)
  }

  private func walk(_ shop: TestShop, _ note: String) async throws {
    for target in Self.targets { _ = try await expectAnswered(shop, target, note) }
    let ids: [Int64] = try await shop.pool.query("SELECT id FROM catalog.product ORDER BY id LIMIT 40").map {
      try $0.decode(at: 0)
    }
    for id in ids {
      _ = try await expectAnswered(shop, "/v1/products/\(id)", note)
      _ = try await expectAnswered(shop, "/products/\(id)", note)
    }
    for sort in SearchSort.allCases {
      var target = "/v1/search?sort=\(sort.rawValue)&page_size=17"
      for _ in 0..<12 {
        let answer = try await expectAnswered(shop, target, note)
        guard let next = try JSONValue(parsing: answer.body)["next_cursor"]?.string else { break }
        #expect(answer.status == 200)
        target = "/v1/search?cursor=\(next)"
      }
    }
  }

  @Test("2: parameters at the ends of their types", .timeLimit(.minutes(10)))
  func parameters() async throws {
    let shop = try await TestShop(Self.records())
    for edge in Self.edges {
      let value = edge.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      for start in ["/v1/search", "/search", "/c/lamps", "/v1/facets/weight/values"] {
        for query in [
          "price_max=\(value)", "price_min=\(value)", "price_min=0&price_max=\(value)", "filter=price:..\(value)",
          "filter=price:\(value)..", "min:weight=\(value)", "max:weight=\(value)", "filter=weight:\(value)..",
          "filter=weight:..\(value)", "filter=rating:\(value)", "filter=released:\(value)d", "filter=category:\(value)",
          "page=\(value)", "page_size=\(value)", "q=lamp+\(value)+g", "q=under+%C2%A3\(value)", "q=\(value)",
          "cursor=\(value)",
        ] {
          _ = try await expectAnswered(shop, "\(start)?\(query)", "parameters")
        }
      }
      for path in ["/v1/products/\(value)", "/products/\(value)", "/c/\(value)", "/b/\(value)"] where !value.isEmpty {
        _ = try await expectAnswered(shop, path, "paths")
      }
    }
  }
}
